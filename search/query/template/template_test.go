package template_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query/template"
)

func TestCanonicalText(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"f(...)", "f(:[_])"},
		{"f(:[args])", "f(:[_])"},
		{"f( \n\t:[_] )", "f( :[_] )"},
		{":[x] == :[x]", ":[x] == :[x]"},
		{":[x] == :[x:e]", ":[x] == :[x:e]"},
		{`a:[[w]]:[e:e]:[n.]:[l\n]:[ b]:[~x+]:[r~[a-z]]`, `a:[[_]]:[_:e]:[_.]:[_\n]:[ ]:[~x+]:[~[a-z]]`},
		{":[ b]=:[ b]", ":[ b]=:[ b]"},
		{"a....b", "a:[_].b"},
		{`"a  b (:[x]"`, `"a b (:[_]"`},
		{`"""a "b" c"""`, `"""a "b" c"""`},
		{"isn't", "isn't"},
		{"http://x/y", "http://x/y"},
		{"a[:[i]] ::[x]", "a[:[_]] ::[_]"},
		{"#define :[x]", "#define :[_]"},
	} {
		got, err := template.Parse(row.text)
		require.Nil(t, err, row.text)
		require.Equal(t, row.want, got.String())
		again, err := template.Parse(got.String())
		require.Nil(t, err, row.text)
		require.Equal(t, got, again)
	}
}

func TestElements(t *testing.T) {
	t.Parallel()
	got, err := template.Parse(`f(:[x], "...")`)
	require.Nil(t, err)
	hole := &template.Hole{Kind: template.Anything, Name: template.Unnamed}
	require.Equal(t, []template.Element{
		template.Text("f"),
		&template.Group{Open: '(', Close: ')', Elements: []template.Element{
			hole, template.Text(","), template.Space{}, &template.Quoted{Mark: `"`, Elements: []template.Element{hole}},
		}},
	}, got.Elements)
}

func TestErrorsPointToThePlace(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, at, says string }{
		{"f(a", "(", "never closed"},
		{"f(a]", "(", "never closed"},
		{"f)", ")", "has no opening ("},
		{"a # b", "# b", "comment"},
		{"a /* b */ c", "/* b */", "comment"},
		{"it 's", "'", "never closed"},
		{"a:[b c]", ":[b c]", "not a hole"},
		{"a:[-~c]", ":[-~c]", "not a hole"},
		{"a:[~c$]", ":[~c$]", "assertion"},
		{"a:[~[^]]]", ":[~[^]]", "missing closing ]"},
		{"", "", "only holes"},
		{" :[x:e] ", " :[x:e] ", "only holes"},
		{strings.Repeat("(", 300) + strings.Repeat(")", 300), "", "more than 200 parts"},
	} {
		_, err := template.Parse(row.text)
		require.NotNil(t, err, row.text)
		require.Contains(t, err.Message, row.says)
		require.NotEmpty(t, err.Remedy)
		if row.at != "" {
			require.Equal(t, row.at, row.text[err.Start:err.End], row.text)
		}
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		content string
		want    []string // the marks
	}{
		{"f(a, [b])", []string{"(a, [b])", "[b]"}},
		{"(a] [b) c]", []string{"(a] [b)"}},
		{"([)]", []string{"([)"}},
		{`"a\"b" 'c' "d`, []string{`"a\"b"`, "'c'"}},
		{"\"a\nb\" `c\nd`", []string{"`c\nd`"}},
		{`"""a"b""" '''c'''`, []string{`"""a"b"""`, "'''c'''"}},
		{`"" ""`, []string{`""`, `""`}},
		{"don't (can't)", []string{"(can't)"}},
		{"f'x' rb'y'", []string{"'x'", "'y'"}},
		{"// a ( \n b /* ) */ http://c # d\n#e\n#!f", []string{"// a ( ", "/* ) */", "# d", "#!f"}},
		{"/* a", nil},
		{"'\\'", nil},
	} {
		var got []string
		for _, m := range template.Scan([]byte(row.content)) {
			got = append(got, row.content[m.Start:m.End])
		}
		require.Equal(t, row.want, got, row.content)
	}
}
