package match

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/search/query/template"
)

func TestRequired(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ query, want string }{
		{"case:yes TODO", `"TODO"`},
		{"TODO", `"TODO"i`},
		{"1.2", `"1.2"`},
		{"straße", `"straße"i`},
		{"日本 Task", `"日本 Task"i`},
		{"case:yes Tas\u212a", "\"Tas\u212a\""},
		{"a AND b", `("a"i AND "b"i)`},
		{"a OR b", `("a"i OR "b"i)`},
		{"a OR A", `("a"i OR "A"i)`},
		{"(foo AND bar) OR (foo AND baz)", `(("foo"i AND "bar"i) OR ("foo"i AND "baz"i))`},
		{"foo AND NOT bar", `"foo"i`},
		{"foo OR NOT bar", "?"},
		{"NOT (NOT foo OR bar)", `"foo"i`},
		{"file:x lang:go foo", `"foo"i`},
		{"file:x OR foo", "?"},
		{"file:x", "?"},
		{"type:path foo", "?"},
		{"select:repo foo", `"foo"i`},

		{"case:yes /foo.*bar/", `("foo" AND "bar")`},
		{`case:yes /foo\s+(bar|baz\d)x/`, `("foo" AND ("barx" OR "baz0x" OR "baz1x" OR "baz2x" OR "baz3x" OR "baz4x" OR "baz5x" OR "baz6x" OR "baz7x" OR "baz8x" OR "baz9x"))`},
		{`case:yes /\bfoo$/`, `"foo"`},
		{`case:yes /foo?/`, `("foo" OR "fo")`},
		{`case:yes /(?:foo)?/`, `"foo"`},
		{`case:yes /(?:foo)*/`, "?"},
		{`case:yes /(foo.+)+(x|bar)?/`, `"foo"`},
		{`case:yes /foo.|bar./`, `("foo" OR "bar")`},
		{`case:yes /foo.|.*/`, "?"},
		{`case:yes /\w+ = \d+/`, `" = "`},
		{`/go (1\.\d+)/`, `"GO 1."i`},
		{`/[Tt]odo/`, `"TODO"i`},
		{"case:yes /[Tt]odo/", `"Todo"i`},

		{"patterntype:structural fmt.Sprintf(:[x], ...) = 'a:[y]'", `("fmt.Sprintf(" AND "," AND ")" AND "=" AND "'a" AND "'")`},
	} {
		m := compileQuery(t, row.query)
		require.Equal(t, row.want, m.Required().String(), row.query)
	}
	var many []string
	for i := range 300 {
		many = append(many, fmt.Sprintf("w%dx.", i))
	}
	require.Equal(t, RequireUnknown, compileQuery(t, strings.Join(many, " OR ")).Required().Kind)
	require.Len(t, compileQuery(t, strings.Join(many, " AND ")).Required().Parts, maxRequirement)
}

func compileQuery(t require.TestingT, text string) *Matcher {
	q, err := query.Parse(text)
	require.NoError(t, err, text)
	m, err := Compile(q, Options{})
	require.NoError(t, err)
	return m
}

// checkRequirement checks that a matching content meets the requirement.
func checkRequirement(t require.TestingT, r Requirement, content []byte, what any) {
	require.True(t, r.Holds(content), "%s requires %s of %q", what, r, content)
	checkForm(t, r)
}

// checkForm checks that a requirement has the documented form.
func checkForm(t require.TestingT, r Requirement) {
	require.Equal(t, r.Kind == RequireText, r.Text != "")
	require.LessOrEqual(t, r.size(), maxRequirement)
	if r.Kind == RequireAll || r.Kind == RequireAny {
		require.Greater(t, len(r.Parts), 1)
	}
	for _, p := range r.Parts {
		require.NotEqual(t, RequireUnknown, p.Kind)
		require.NotEqual(t, r.Kind, p.Kind)
		checkForm(t, p)
	}
}

func TestMatchingContentsMeetTheRequirement(t *testing.T) {
	t.Parallel()
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		m := compileQuery(t, queryText().Draw(t, "query"))
		path := rapid.SampledFrom([]string{"a.go", "b.go", "c.py"}).Draw(t, "path")
		body := []byte(content("todo", "a", "b").Draw(t, "content"))
		if m.Match(path, body).N > 0 {
			matched++
			checkRequirement(t, m.Required(), body, m.Required())
		}
	})
	require.Positive(t, matched)
}

func TestRegexpsMeetTheirRequirement(t *testing.T) {
	t.Parallel()
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		p := &query.Pattern{Kind: query.Regexp, Text: regexps(rapid.IntRange(0, 4).Draw(t, "depth")).Draw(t, "regexp")}
		if rapid.Bool().Draw(t, "literal") {
			p.Kind, p.Text = query.Literal, literalText().Draw(t, "text")
		}
		caseSensitive := rapid.Bool().Draw(t, "case")
		f, err := newFinder(p, caseSensitive, false)
		if err != nil || p.Text == "" {
			t.Skip("not a regular expression")
		}
		r, err := requirementOf(p, caseSensitive)
		require.NoError(t, err)
		body := []byte(content("todo", "task", p.Text).Draw(t, "content"))
		if f.has(body, nil) {
			matched++
			checkRequirement(t, r, body, p.Text)
		}
	})
	require.Positive(t, matched)
}

func TestTemplatesMeetTheirRequirement(t *testing.T) {
	t.Parallel()
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		p := &query.Pattern{Kind: query.Structural, Text: templates().Draw(t, "template")}
		if _, bad := template.Parse(p.Text); bad != nil {
			t.Skip("not a template")
		}
		r, err := requirementOf(p, false)
		require.NoError(t, err)
		body := sources().Draw(t, "content")
		if len(plainRanges(p.Text, body)) > 0 {
			matched++
			checkRequirement(t, r, []byte(body), p.Text)
		}
	})
	require.Positive(t, matched)
}

// String formats a requirement for test output: `("foo" AND ("bar"i OR "baz"))`. i marks Fold, ?
// marks an unknown requirement.
func (r Requirement) String() string {
	switch r.Kind {
	case RequireText:
		if r.Fold {
			return strconv.Quote(r.Text) + "i"
		}
		return strconv.Quote(r.Text)
	case RequireAll, RequireAny:
		parts := make([]string, len(r.Parts))
		for i, p := range r.Parts {
			parts[i] = p.String()
		}
		operator := " AND "
		if r.Kind == RequireAny {
			operator = " OR "
		}
		return "(" + strings.Join(parts, operator) + ")"
	}
	return "?"
}
