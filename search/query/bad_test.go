package query_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

// A badQuery is a text that Parse refuses. The error must point to the first occurrence of `at` in
// the text, or to the last one if `at` begins with "…". `says` must occur in the message, and
// `remedy` in the suggestion.
type badQuery struct {
	text, at, says, remedy string
}

var badQueries = []badQuery{
	// Nothing to search for.
	{"", "", "empty", "TODO"},
	{"  \t", "  \t", "empty", "TODO"},
	{"repo:a", "repo:a", "nothing to search for", "select:repo"},
	{"case:yes", "case:yes", "nothing to search for", "add a pattern"},

	// Unknown fields that are similar to a known one. Other words before a colon are text.
	{"fille:x TODO", "fille:", `unknown field "fille"`, `did you mean "file"?`},
	{"flie:x TODO", "flie:", "unknown field", `did you mean "file"?`},
	{"-fiel:x TODO", "-fiel:", "unknown field", `did you mean "file"?`},
	{"langauge:go x", "langauge:", "unknown field", `did you mean "language"?`},
	{"patterntyp:regexp x", "patterntyp:", "unknown field", `did you mean "patterntype"?`},
	{"contnet:x", "contnet:", "unknown field", `did you mean "content"?`},
	{"types:x", "types:", "unknown field", `content:"types:x"`},
	{"SELCT:repo x", "SELCT:", "unknown field", `did you mean "select"?`},

	// Values.
	{"file: x", "file:", "needs a value", `file:\.go$`},
	{"x lang:", "lang:", "needs a value", "lang:go"},
	{`content:"" x`, "content:", "needs a value", `content:"text"`},
	{"case:maybe x", "maybe", "expected yes or no", "case:yes"},
	{"case:yse x", "yse", "expected yes or no", `did you mean "yes"?`},
	{"patterntype:regx x", "regx", "expected standard, literal, regexp, keyword or structural", `did you mean "regexp"?`},
	{"patterntype:regex x", "regex", "unknown patterntype", `did you mean "regexp"?`},
	{"patterntype:perl x", "perl", "unknown patterntype", "patterntype:standard"},
	{"type:flie x", "flie", "expected file, path, commit or diff", `did you mean "file"?`},
	{"type:blob x", "blob", "expected file, path, commit or diff", "type:file"},
	{"select:repos x", "repos", "expected content, file, repo, commit.diff.added or commit.diff.removed", `did you mean "repo"?`},
	{"count:0 x", "0", "number above 0", "count:all"},
	{"count:-3 x", "-3", "number above 0", "count:all"},
	{"count:many x", "many", "number above 0", "count:all"},
	{"timeout:30 x", "30", "duration", "timeout:30s"},
	{"timeout:-1s x", "-1s", "above 0", "timeout:30s"},
	{"lang:golnag x", "golnag", `unknown language "golnag"`, `did you mean "golang"?`},
	{"lang:pyhton x", "pyhton", "unknown language", `did you mean "Python"?`},
	{`/\Q\E/`, `/\Q\E/`, "the regular expression is empty", "write the text"},
	{`file:\Q\E x`, `\Q\E`, "the regular expression is empty", "write the text"},
	{`repo:has.path(\Q\E) x`, "", "the regular expression is empty", "write the text"},
	{"lang:klingonese x", "klingonese", "unknown language", "github-linguist"},
	{"fork:onyl x", "onyl", "expected no, yes or only", `did you mean "only"?`},
	{"archived:never x", "never", "expected no, yes or only", "archived:yes"},

	// Fields that cannot be negated, are given twice, or are in the wrong place.
	{"-case:yes x", "-case:", "cannot be negated", "write case:"},
	{"-fork:only x", "-fork:", "cannot be negated", "write fork:"},
	{"case:yes x case:no", "…case:no", "given twice", "leave one of them out"},
	{"type:file type:path x", "type:path", "given twice", "leave one of them out"},
	{"(case:yes x) or y", "case:yes", "under OR or NOT", "at the start"},
	{"not count:3 x", "count:3", "under OR or NOT", "at the start"},
	{"patterntype:regexp x patterntype:literal", "…patterntype:", "more than one pattern type", "once"},
	{"/a patterntype:literal b/", "patterntype:", "could be text", "at the start"},
	{"x or repo:a y", "repo:a", "applies to the whole query", "outside the parentheses"},
	{"(repo:a or file:b) x", "repo:a", "applies to the whole query", "outside the parentheses"},

	// Not supported. These are refused, not searched as text.
	{"type:symbol x", "symbol", "not supported", `/func \w+/`},
	{"type:repo x", "…repo", "not supported", "select:repo"},
	{"select:symbol x", "symbol", "not supported", `/func \w+/`},
	{"select:symbol.function x", "symbol.function", "not supported", "regular expression"},
	{"select:file.directory x", "file.directory", "not supported", "select:file"},
	{"rev:v1 x", "rev:", "not supported", "--rev"},
	{"repo:a@v1 x", "a@v1", "revision", `\@`},
	{"context:global x", "context:", "not part of a series query", "repo:"},
	{"visibility:private x", "visibility:", "not supported", "repo:"},
	{"index:only x", "index:", "not supported", "leave it out"},

	// Conditions on the repository's files.
	{"repohasfile: x", "repohasfile:", "needs a value", "repohasfile:^go"},
	{"repohasfile:( x", "(", "missing closing )", `\(`},
	{"repo:has.path( x", "has.path( x", "never closed", "write )"},
	{"repo:has.path() x", "has.path()", "needs one regular expression", "has.path(go)"},
	{"repo:has.path(a)b x", "b", "expected a space after", `has\.`},
	{`repo:has.path("a" b) x`, `has.path("a" b)`, "needs one regular expression", "has.path(go)"},
	{`repo:has.path("a) x`, `has.path("a)`, "quotation mark is never closed", `"`},
	{`repo:has.path(a) repo:has.path("\d") x`, `has.path("\d")`, "unknown escape", `\\`},
	{"repo:has.path([) x", "has.path([)", "missing closing ]", `\[`},
	{"repo:has.file(README) x", "has.file(README)", "takes path: and content:", "path:go.mod"},
	{"repo:has.file(path:a path:b) x", "has.file(path:a path:b)", "each once", "content:acme"},
	{"repo:has.file(path: content:x) y", "has.file(path: content:x)", "needs a value", "path:go.mod"},
	{"repo:has.file() x", "has.file()", "needs path: or content:", "path:go.mod"},
	{"repo:has.topic(a) x", "has.topic(a)", "not supported yet", "by name"},
	{"repo:has.commit.after(yesterday) x", "has.commit.after(yesterday)", "not supported yet", "by name"},
	{"file:has.content(x) y", "has.content(x)", "not supported yet", "AND the content"},
	{"(repohasfile:a or repohasfile:b) x", "repohasfile:a", "applies to the whole query", "outside the parentheses"},
	{"repohasfile:a or x", "repohasfile:a", "applies to the whole query", "outside the parentheses"},
	{"not (repohasfile:a x)", "repohasfile:a", "applies to the whole query", "outside the parentheses"},
	{"(repo:a or repo:has.path(b)) x", "repo:has.path(b)", "applies to the whole query", "outside the parentheses"},
	{"repohasfile:a", "repohasfile:a", "nothing to search for", "select:repo"},

	// Commits.
	{"since:yesterday x", "yesterday", "relative to now", "2024-06-30"},
	{"type:commit select:commit.diff.added x", "select:commit.diff.added", "needs type:diff", "write type:diff"},
	{"select:commit.diff.removed x", "select:commit.diff.removed", "needs type:diff", "write type:diff"},
	{"select:commit x", "select:commit", "needs type:commit or type:diff", "add type:commit"},
	{"type:diff select:commit.diff.changed x", "commit.diff.changed", "expected content, file, repo", "leave it out"},
	{"author:a x", "author:a", "needs type:commit or type:diff", "add type:commit"},
	{"x after:2020-01-01", "after:2020-01-01", "needs type:commit", "add type:commit"},
	{"type:commit -before:2020-01-01", "-before:", "cannot be negated", "before:"},
	{"type:commit before:yesterday", "yesterday", "relative to now", "2024-06-30"},
	{`type:commit after:"5 days ago"`, `"5 days ago"`, "relative to now", "2024-06-30"},
	{"type:commit after:11/1/2019", "11/1/2019", "expected a date", "2024-06-30"},
	{"type:commit after: x", "after:", "needs a value", "2024-06-30"},
	{"type:commit author:( x", "(", "missing closing )", `\(`},
	{"type:commit select:file x", "type:commit", "no files to select", "leave select:"},
	{"type:comit x", "comit", "expected file, path, commit or diff", `did you mean "commit"?`},
	{"type:commit patterntype:structural a", "", "content of files", "leave type: out"},

	// Operators without operands.
	{"or", "or", "before this operator", `content:"or"`},
	{"a and", "…and", "after this", `content:"and"`},
	{"a or or b", "…or", "before this operator", "to search for the word"},
	{"not", "not", "after this", `content:"not"`},
	{"a AND OR b", "OR", "before this operator", "add an operand"},
	{"file:a or", "…or", "after this", `content:"or"`},

	// Groups.
	{"(a or b", "(", "never closed", "write )"},
	{"a or b)", ")", "has no opening parenthesis", `content:"b)"`},
	{"});", ")", "has no opening parenthesis", `content:"`},
	{"(a or )", ")", "before this parenthesis", "leave it out"},
	{"patterntype:keyword ()", ")", "before this parenthesis", "leave it out"},
	{"f(a or b)", "or", "text or syntax", `content:"f(a or b)"`},
	{"f(x /a/ y)", "/a/", "text or syntax", "put a space"},
	{"patterntype:regexp x (/a/) y", "/a/", "a pattern between slashes, or an expression with slashes", `\/a\/`},
	{"patterntype:regexp ((/a b/) y)", "/a b/", "inside parentheses", "without the parentheses"},
	{"f(x, file:a)", "file:", "text or syntax", "put a space"},
	{strings.Repeat("(a or ", 101) + "b" + strings.Repeat(")", 101), "", "nested too deeply", "100"},
	{strings.Repeat("not ", 102) + "a", "", "too many NOTs", "leave them out"},

	// Quotation marks.
	{`content:"a`, `"a`, "never closed", `close it with "`},
	{`file:'a b`, `'a b`, "never closed", `close it with '`},
	{`content:"a"b`, "…b", "expected a space after the closing quotation mark", `\"`},
	{`file:"\.go$"`, `\.`, "unknown escape", `\\`},

	// Regular expressions.
	{`/a(b/`, "a(b", "missing closing )", `\(`},
	{`/a[b/`, "[b", "missing closing ]", `\[`},
	{`/*.go/`, "*", "missing argument", `\*`},
	{"/* comment */", "*", "missing argument", `content:"/* comment */"`},
	{`/a**/`, "**", "invalid nested repetition", `\*`},
	{`/(?=a)b/`, "(?=", "invalid or unsupported Perl syntax", "NOT"},
	{`/(a)\1/`, `\1`, "invalid escape", "back-references"},
	{`/\p{Foo}/`, `\p{Foo}`, "range", `\p{Greek}`},
	{`/[[:foo:]]/`, "[:foo:]", "range", "[[:alpha:]]"},
	{`/[z-a]/`, "z-a", "range", "lower end"},
	{`/a{1001}/`, "{1001}", "repeat count", "1000"},
	{"patterntype:regexp a( b", "a(", "missing closing )", `\(`},
	{"patterntype:regexp a) b", ")", "has no opening parenthesis", `\)`},
	{`patterntype:regexp a\`, `a\`, "trailing backslash", `\\`},
	{"file:*.go x", "*", "missing argument", `\*`},
	{"repo:[ x", "[", "missing closing ]", `\[`},

	{`/(?P<a>x)(?P<a>y)/`, `/(?P<a>x)(?P<a>y)/`, `two groups with the name "a"`, "another name, or none"},
	{`/(?<a>x)|(?P<a>y)/`, "", `two groups with the name "a"`, "another name, or none"},
	{`patterntype:regexp (?P<a>x) (?P<a>y)`, "(?P<a>x) (?P<a>y)", `two groups with the name "a"`, "another name, or none"},
	{`\`, `\`, "backslash alone", `content:"\\"`},
	{`a OR \`, `\`, "backslash alone", `content:"\\"`},
	{`patterntype:keyword a \`, `\`, "backslash alone", `content:"\\"`},
	{`patterntype:structural \`, `\`, "backslash alone", `content:"\\"`},

	// Templates.
	{"patterntype:structural f(:[x]", "(", "never closed", "write ) after it"},
	{"patterntype:structural {f(:[x]}", "(", "never closed", "write ) after it"},
	{"patterntype:structural a]", "]", "has no opening [", "write [ before it"},
	{"patterntype:structural a)", ")", "has no opening parenthesis", `content:"a)"`},
	{"patterntype:structural a:[x", ":[", "hole is never closed", "close it with ]"},
	{"patterntype:structural a:[]", ":[]", "not a hole", ":[[x]]"},
	{"patterntype:structural a:[x:y]", ":[x:y]", "not a hole", ":[x:e]"},
	{"patterntype:structural a:[~(]", ":[~(]", "is not valid: missing closing )", "write another"},
	{"patterntype:structural a:[~]", ":[~]", "is empty", "write another"},
	{`patterntype:structural a:[~\bx]`, `:[~\bx]`, "assertion", "write another"},
	{"patterntype:structural :[x] :[[y]]", ":[x] :[[y]]", "only holes", "write the text around"},
	{`patterntype:structural "a`, `"`, "never closed", `close it with "`},
	{`patterntype:structural a //b`, "//b", "comment", "leave it out"},
	{"patterntype:structural a" + strings.Repeat(" :[_]", 300), "", "more than 200 parts", "shorten"},
	{"patterntype:structural f:[x] a", "f:[", "could be the field file:", "content:"},
	{"patterntype:structural case:no a", "", "always case-sensitive", "leave case: out"},
	{"patterntype:structural type:path a", "", "in the content of files", "leave type: out"},
	{"patterntype:structural a rule:'where true'", "rule:", "no rules", "the same name"},

	{"/" + strings.Repeat("(", 1100) + "a" + strings.Repeat(")", 1100) + "/", "", "nests too deeply: " + strings.Repeat("(", 200) + "…", "fewer and smaller"},
	{"/(?:" + strings.Repeat("ab", 200) + "){1000}/", "", "too large: with its repetitions written out", "repeat fewer times"},

	// Texts that cannot be stored or would be too expensive to parse.
	{"a\x00b", "\x00", "NUL", `\x00`},
	{"a\xffb", "\xff", "UTF-8", "UTF-8"},
	{strings.Repeat("a", query.MaxLength+1), "…a", "longer than 262144 bytes", "shorten"},
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	for _, bad := range badQueries {
		name := bad.text
		if len(name) > 60 {
			name = name[:60]
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := query.Parse(bad.text)
			checkBad(t, bad, err)
		})
	}
}

func TestBadScopes(t *testing.T) {
	t.Parallel()
	for _, bad := range []badQuery{
		{"acme", "acme", "can contain filters only", "did you mean repo:acme?"},
		{"repo:a lang:go", "lang:go", "cannot be used in a repository scope", "series' query"},
		{"repo:a case:yes", "case:yes", "cannot be used in a repository scope", "series' query"},
		{"repo:a@v1", "a@v1", "revision", "leave out"},
		{"rpo:a", "rpo:", "unknown field", `did you mean "repo"?`},
		{"repo:a or", "…or", "expected a filter or ( after this", "leave it out"},
		{"or repo:a", "or", "expected a filter or ( before this operator", "add an operand"},
		{"(repo:a", "(", "never closed", "write ) at the end"},
		{"repo:a )", ")", "no opening parenthesis", "leave it out"},
		{"repo:^a(b or c)", "or", "could be text or syntax", "quotation marks"},
		{"repo:(", "(", "missing closing )", `\(`},
		{"repo:has.path(x)", "repo:has.path(x)", "cannot be used in a repository scope", "series' query"},
		{"repohasfile:x", "repohasfile:x", "cannot be used in a repository scope", "series' query"},
		{"repo:has.topic(x)", "has.topic(x)", "not supported yet", "by name"},
		{"context:global", "context:", "not part of a series query", "repo:"},
	} {
		t.Run(bad.text, func(t *testing.T) {
			t.Parallel()
			_, err := query.ParseScope(bad.text)
			checkBad(t, bad, err)
			require.NotContains(t, err.Error(), "content:", "a scope cannot contain it")
		})
	}
}

func checkBad(t *testing.T, bad badQuery, err error) {
	t.Helper()
	require.Error(t, err)
	e, ok := errors.AsType[*query.Error](err)
	require.True(t, ok, "%T", err)
	require.Contains(t, e.Message, bad.says)
	require.Contains(t, e.Suggestion, bad.remedy)
	require.Contains(t, e.Error(), e.Message)
	require.Contains(t, e.Error(), e.Suggestion)
	require.LessOrEqual(t, 0, e.Span.Start)
	require.LessOrEqual(t, e.Span.Start, e.Span.End)
	require.LessOrEqual(t, e.Span.End, len(bad.text))
	if bad.at == "" {
		return
	}
	part, last := strings.CutPrefix(bad.at, "…")
	start := strings.Index(bad.text, part)
	if last {
		start = strings.LastIndex(bad.text, part)
	}
	require.Equal(t, query.Span{Start: start, End: start + len(part)}, e.Span, "points to %q", bad.text[e.Span.Start:e.Span.End])
}
