package query_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
)

// checkParse checks what must be true for any text: Parse does not panic, and returns either an
// *Error with a span inside the text and a suggestion, or a query whose canonical text parses to an
// equal query.
func checkParse(t require.TestingT, text string) *query.Query {
	q, err := query.Parse(text)
	if err != nil {
		e, ok := errors.AsType[*query.Error](err)
		require.True(t, ok, "%T", err)
		require.NotEmpty(t, e.Message)
		require.NotEmpty(t, e.Suggestion, "%s", e.Message)
		inside(t, e.Span, text)
		return nil
	}
	checkSpans(t, q.Expr, text)
	checkSpans(t, q.Scope().Expr, text)

	canonical := q.String()
	for _, p := range q.Predicates() {
		inside(t, p.At, text)
		require.NotEmpty(t, p.Path+p.Content)
	}
	again, err := query.Parse(canonical)
	require.NoError(t, err, "%q prints as %q", text, canonical)
	require.Empty(t, diffQueries(q, again), "%q prints as %q", text, canonical)
	require.Equal(t, canonical, again.String(), "canonical text of %q", text)

	scope, err := query.ParseScope(q.Scope().String())
	require.NoError(t, err)
	require.Equal(t, q.Scope().String(), scope.String())
	return q
}

func inside(t require.TestingT, s query.Span, text string) {
	require.True(t, 0 <= s.Start && s.Start <= s.End && s.End <= len(text), "%v is not inside %q", s, text)
}

// checkSpans checks that spans are inside the text and inside the span of the parent node, and that
// the tree has the documented form.
func checkSpans(t require.TestingT, n query.Node, text string) {
	kids := []query.Node{}
	switch n := n.(type) {
	case nil:
		return
	case *query.And:
		kids = n.Nodes
		for _, k := range kids {
			_, same := k.(*query.And)
			require.False(t, same, "%s in %s", k, n)
		}
		require.Greater(t, len(kids), 1)
	case *query.Or:
		kids = n.Nodes
		for _, k := range kids {
			_, same := k.(*query.Or)
			require.False(t, same, "%s in %s", k, n)
		}
		require.Greater(t, len(kids), 1)
	case *query.Not:
		kids = []query.Node{n.Node}
		_, same := n.Node.(*query.Not)
		require.False(t, same, "%s in %s", n.Node, n)
	case *query.Pattern:
		require.NotEmpty(t, n.Text)
	}
	inside(t, n.Span(), text)
	for _, k := range kids {
		require.LessOrEqual(t, n.Span().Start, k.Span().Start)
		require.GreaterOrEqual(t, n.Span().End, k.Span().End)
		checkSpans(t, k, text)
	}
}

// texts draws queries, most of them valid, from the parts of the language.
func texts() *rapid.Generator[string] {
	words := []string{
		"foo", "bar", "TODO:", "f(", "f(a, b)", "(x)", "a)b", "/re.*/", "//", "/a b/", `/a\/b/`, `"q s"`, `'q'`, `"`, "don't", "[x", "[)]", `\(`, `a\ b`, "x|y", "(a|b)+", "(/re/)", `\`, `content:"\\"`, "(?P<a>x)", "f(x /re/)", `(\/re/)`, `\Qx.y\E`,
		"-foo", "std::x", "http://a", "é", "and", "or", "not", "AND", "OR", "NOT", "(", ")", "(", ")",
		`content:"a b"`, "content:x", "-content:y", `content:"a\n\"\\"`, "content:'('", "file:a", `-f:\.go$`, `file:"a b"`, "file:(a|b)", "file:[(]", "lang:go", "-lang:c++", `l:"visual basic .net"`,
		"repo:a", "-repo:b", `repo:c\@d`, "repohasfile:a", "-repohasfile:'b c'", "repo:has.path(a)", "-repo:has.content(a (b) [)])", `repo:has.file(path:\.go$ content:"a b")`, `repo:contains.path("x")`,
		"type:commit", "type:diff", "author:alice", "-committer:b", "message:'a b'", "before:2024-01-02", "after:'jan 2 2006'", "fork:yes", "fork:only", "archived:no", "case:yes", "count:5", "timeout:90s", "type:path", "select:file", "select:repo", "select:commit.diff.added",
		"patterntype:regexp", ":[x]", "f(:[x], :[x])", "...", ":[[y]]", ":[z~a [)] b]", "{", "}", "[...]", `"..."`, ":[ ]", `:[l\n]`, "patterntype:structural", "patterntype:keyword", "patterntype:literal", "patterntype:standard",
	}
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		if kind := rapid.SampledFrom([]string{"", "", "literal", "regexp", "keyword", "structural"}).Draw(t, "type"); kind != "" {
			b.WriteString("patterntype:" + kind + " ")
		}
		for _, w := range rapid.SliceOfN(rapid.SampledFrom(words), 1, 9).Draw(t, "words") {
			b.WriteString(w)
			b.WriteString(rapid.SampledFrom([]string{" ", " ", " ", " ", "  ", "\n", ""}).Draw(t, "space"))
		}
		return b.String()
	})
}

func TestCanonicalTextIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		checkParse(t, text)
	})
}

// TestAnyTextCanBeSearched checks that content:"…" is a literal pattern for any text.
func TestAnyTextCanBeSearched(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(texts(), rapid.StringN(1, 30, -1)).Draw(t, "text")
		if strings.ContainsRune(text, 0) {
			t.Skip("a query cannot hold NUL")
		}
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
		for _, mode := range []string{"", "patterntype:literal ", "patterntype:keyword "} {
			q := checkParse(t, mode+`content:"`+quoted+`"`)
			require.NotNil(t, q)
			p, ok := q.Expr.(*query.Pattern)
			require.True(t, ok)
			require.Equal(t, text, p.Text)
			require.Equal(t, query.Literal, p.Kind)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, bad := range badQueries {
		if len(bad.text) < 200 {
			f.Add(bad.text)
		}
	}
	for _, seed := range []string{
		`type:diff select:commit.diff.removed x`,
		`foo repohasfile:acontent:"a b"`,
		`repohasfile:go.mod -repo:has.file(path:"a b" content:x) repo:has.content(a\)) TODO`,
		`type:diff author:alice -message:"a b" after:2020-01-01 before:"1 november 2019" (x or y)`,
		`repo:^github\.com/ file:\.go$ -lang:c++ (foo or "bar baz") and not /q.*x/ case:yes count:all timeout:30s`,
		`patterntype:regexp "a b" c(d|e) [ )] \(`,
		`patterntype:keyword 'a' "b" /c d/ (e f) or g`,
		`fmt.Errorf("%s: %w", a, b)`,
		`patterntype:structural f(:[x~[a)]+], "...", :[x]) {...} or :[[y]] = :[z.];`,
		`(a or (b and not (c d or -content:"e")))`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkParse(t, text)
		if s, err := query.ParseScope(text); err == nil {
			again, err := query.ParseScope(s.String())
			require.NoError(t, err)
			require.Equal(t, s.String(), again.String())
			require.Equal(t, s.Matches("acme/api", true, false), again.Matches("acme/api", true, false))
		}
	})
}
