package query_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

// diffQueries describes the differences in meaning between two queries.
func diffQueries(x, y *query.Query) string {
	ignore := cmp.Options{
		cmpopts.IgnoreTypes(query.Span{}),
		cmpopts.IgnoreUnexported(query.Pattern{}, query.Scope{}, query.Query{}),
	}
	return cmp.Diff(x, y, ignore) + cmp.Diff(x.Scope(), y.Scope(), ignore) + cmp.Diff(x.Predicates(), y.Predicates(), ignore)
}

func lit(text string) *query.Pattern { return &query.Pattern{Kind: query.Literal, Text: text} }
func rex(text string) *query.Pattern { return &query.Pattern{Kind: query.Regexp, Text: text} }
func tmpl(text string) *query.Pattern {
	return &query.Pattern{Kind: query.Structural, Text: text}
}
func filter(name, value string) *query.Filter { return &query.Filter{Name: name, Value: value} }
func file(re string) *query.Filter            { return filter("file", re) }
func lang(name string) *query.Filter          { return filter("lang", name) }
func and(nodes ...query.Node) *query.And      { return &query.And{Nodes: nodes} }
func or(nodes ...query.Node) *query.Or        { return &query.Or{Nodes: nodes} }
func not(n query.Node) *query.Not             { return &query.Not{Node: n} }

func TestParseExpression(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text      string
		want      query.Node
		canonical string // empty: equal to text
	}{
		// Standard: adjacent literal words are one text.
		{"TODO", lit("TODO"), ""},
		{"foo bar", lit("foo bar"), ""},
		{"  foo \t bar  ", lit("foo bar"), "foo bar"},
		{`"foo bar"`, lit(`"foo bar"`), `content:"\"foo bar\""`},
		{`fmt.Errorf("%s", err)`, lit(`fmt.Errorf("%s", err)`), `content:"fmt.Errorf(\"%s\", err)"`},
		{"fmt.Errorf(", lit("fmt.Errorf("), `content:"fmt.Errorf("`},
		{"f( a,  b )", lit("f( a, b )"), `content:"f( a, b )"`},
		{"func (r *Reader) Read", lit("func (r *Reader) Read"), `content:"func (r *Reader) Read"`},
		{"()", lit("()"), `content:"()"`},
		{"std::vector", lit("std::vector"), ""},
		{"TODO: mend", lit("TODO: mend"), ""},
		{"http://example.com", lit("http://example.com"), ""},
		{"size:100", lit("size:100"), ""},
		{"x:y", lit("x:y"), ""},
		{`C:\dir`, lit(`C:\dir`), ""},
		{`a\d`, lit(`a\d`), ""},
		{"-foo", lit("-foo"), ""},
		{"// TODO", lit("// TODO"), `content:"// TODO"`},
		{"/usr/bin", lit("/usr/bin"), `content:"/usr/bin"`},
		{`content:"a or b"`, lit("a or b"), ""},
		{`content:'it''s'`, nil, ""},
		{`content:"tab\there \\ \"q\""`, lit("tab\there \\ \"q\""), ""},
		{"content:foo", lit("foo"), "foo"},
		{"content:repo:x", lit("repo:x"), `content:"repo:x"`},
		{"foo content:bar baz", and(lit("foo"), lit("bar"), lit("baz")), "foo AND bar AND baz"},
		{"foo lang:go bar", and(lang("Go"), lit("foo bar")), "lang:Go foo bar"},

		// Regular expressions between slashes are ANDed with their neighbours.
		{"/foo.*bar/", rex("foo.*bar"), ""},
		{`/a\/b/`, rex("a/b"), ""},
		{`/\Qa.b\E+/`, rex(`a\.b+`), `/a\.b+/`},
		{"/foo bar/", rex("foo bar"), ""},
		{"(/insight[s]/)", rex("insight[s]"), "/insight[s]/"},
		{"NOT (/insight[s]/)", not(rex("insight[s]")), "NOT /insight[s]/"},
		{"( /a b/ )", rex("a b"), "/a b/"},
		{"((/a/))", rex("a"), "/a/"},
		{"lang:go (/a(b|c)/)", and(lang("Go"), rex("a(b|c)")), "lang:Go /a(b|c)/"},
		{"x (/a/ y) z", and(lit("x"), rex("a"), lit("y"), lit("z")), "x AND /a/ AND y AND z"},
		{`(/a\/b\)/)`, rex(`a/b\)`), `/a\/b\)/`},
		{"patterntype:keyword (/a/)", rex("a"), "patterntype:keyword /a/"},
		{"patterntype:literal (/a/)", lit("(/a/)"), `patterntype:literal content:"(/a/)"`},
		{`patterntype:regexp (\/a/)`, rex("(/a/)"), `patterntype:regexp /(\/a\/)/`},
		{`patterntype:regexp (\(/a/\))`, rex(`(\(/a/\))`), `patterntype:regexp (\(/a/\))`},
		{"patterntype:regexp (/a/|b)", rex("(/a/|b)"), ""},
		{"patterntype:regexp (/a/ OR /b/)", or(rex("a"), rex("b")), "patterntype:regexp (a OR b)"},
		{"(/usr/bin)", lit("(/usr/bin)"), `content:"(/usr/bin)"`},
		{"(/a/.b)", lit("(/a/.b)"), `content:"(/a/.b)"`},
		{"s.split(/,/)", lit("s.split(/,/)"), ""},
		{`content:"\\"`, lit(`\`), ""},
		{`patterntype:keyword "\\"`, lit(`\`), ""},
		{`a \ b`, lit(`a \ b`), ""},
		{`/(?P<a>x)/ /(?P<a>y)/`, and(rex("(?P<a>x)"), rex("(?P<a>y)")), "/(?P<a>x)/ AND /(?P<a>y)/"},
		{"/a/ b c /d/", and(rex("a"), lit("b c"), rex("d")), "/a/ AND b c AND /d/"},

		// Regexp: words are joined with .*?.
		{"patterntype:regexp foo bar", rex("(?:foo).*?(?:bar)"), "patterntype:regexp (?:foo).*?(?:bar)"},
		{`patterntype:regexp foo\ bar`, rex(`foo\ bar`), `patterntype:regexp /foo\ bar/`},
		{"patterntype:regexp (foo|bar)", rex("(foo|bar)"), ""},
		{"patterntype:regexp (foo bar)", rex("(foo bar)"), "patterntype:regexp /(foo bar)/"},
		{"patterntype:regexp [ (]x", rex("[ (]x"), "patterntype:regexp /[ (]x/"},
		{`patterntype:regexp "a.b"`, lit("a.b"), ""},
		{`patterntype:regexp "a.b" c.d`, rex(`(?:a\.b).*?(?:c.d)`), `patterntype:regexp (?:a\.b).*?(?:c.d)`},
		{`patterntype:regexp "version":\s*"(\d+)"`, rex(`"version":\s*"(\d+)"`), `patterntype:regexp /"version":\s*"(\d+)"/`},
		{`patterntype:regexp fmt\.Errorf\(`, rex(`fmt\.Errorf\(`), ""},
		{"patterntype:regexp /usr/bin", rex("/usr/bin"), `patterntype:regexp /\/usr\/bin/`},
		{`patterntype:regexp content:"a b"`, rex("a b"), "patterntype:regexp /a b/"},
		{"patternType:REGEXP x", rex("x"), "patterntype:regexp x"},

		// Keyword: words are ANDed.
		{"patterntype:keyword foo bar", and(lit("foo"), lit("bar")), "patterntype:keyword foo AND bar"},
		{`patterntype:keyword "foo bar" /b.z/`, and(lit("foo bar"), rex("b.z")), `patterntype:keyword "foo bar" AND /b.z/`},
		{"patterntype:keyword (foo bar) or baz", or(and(lit("foo"), lit("bar")), lit("baz")), "patterntype:keyword ((foo AND bar) OR baz)"},
		{"patterntype:keyword foo()", lit("foo()"), ""},

		// Structural: one template.
		{"patterntype:structural fmt.Sprintf(...)", tmpl("fmt.Sprintf(:[_])"), "patterntype:structural fmt.Sprintf(:[_])"},
		{"patterntype:structural try {:[_]} catch (:[e]) { } finally {:[_]}", tmpl("try {:[_]} catch (:[_]) { } finally {:[_]}"), `patterntype:structural content:"try {:[_]} catch (:[_]) { } finally {:[_]}"`},
		{"(lang:TypeScript OR lang:JavaScript) var ... =  patterntype:structural", and(or(lang("TypeScript"), lang("JavaScript")), tmpl("var :[_] =")), "patterntype:structural (lang:TypeScript OR lang:JavaScript) AND var :[_] ="},
		{"patterntype:structural return :[v.], :[v.]", tmpl("return :[v.], :[v.]"), ""},
		{`patterntype:structural f(:[x], "...", :[ y], :[z~a b])`, tmpl(`f(:[_], ":[_]", :[ ], :[~a b])`), `patterntype:structural content:"f(:[_], \":[_]\", :[ ], :[~a b])"`},
		{`patterntype:structural x:[a]:[[b]]:[c:e]:[d.]:[e\n]:[~[)]  \]x]`, tmpl(`x:[_]:[[_]]:[_:e]:[_.]:[_\n]:[~[)]  \]x]`), `patterntype:structural content:"x:[_]:[[_]]:[_:e]:[_.]:[_\\n]:[~[)]  \\]x]"`},
		{"patterntype:structural a(:[x]) or b{...}", or(tmpl("a(:[_])"), tmpl("b{:[_]}")), "patterntype:structural (a(:[_]) OR b{:[_]})"},
		{"patterntype:structural content:'a  (:[x] or)'", tmpl("a (:[_] or)"), `patterntype:structural content:"a (:[_] or)"`},

		// Literal: slashes are text.
		{"patterntype:literal /a.b/ c", lit("/a.b/ c"), `patterntype:literal content:"/a.b/ c"`},

		// Booleans.
		{"a or b and c", or(lit("a"), and(lit("b"), lit("c"))), "a OR (b AND c)"},
		{"a b or c", or(lit("a b"), lit("c")), "a b OR c"},
		{"(a or b) and c", and(or(lit("a"), lit("b")), lit("c")), "(a OR b) AND c"},
		{"(a or b) c", and(or(lit("a"), lit("b")), lit("c")), "(a OR b) AND c"},
		{"not a", not(lit("a")), "NOT a"},
		{"a NOT b", and(lit("a"), not(lit("b"))), "a AND NOT b"},
		{"not not a", lit("a"), "a"},
		{"not (a or b)", not(or(lit("a"), lit("b"))), "NOT (a OR b)"},
		{"a or (b or c)", or(lit("a"), lit("b"), lit("c")), "a OR b OR c"},
		{"a or a", lit("a"), "a"},
		{"-content:x y", and(not(lit("x")), lit("y")), "NOT x AND y"},
		{"android or order", or(lit("android"), lit("order")), "android OR order"},

		// Filters.
		{`file:\.go$ TODO`, and(file(`\.go$`), lit("TODO")), ""},
		{"f:b f:a x", and(file("a"), file("b"), lit("x")), "file:a file:b x"},
		{"path:a x", and(file("a"), lit("x")), "file:a x"},
		{"-f:a x", and(not(file("a")), lit("x")), "-file:a x"},
		{"NOT file:a x", and(not(file("a")), lit("x")), "-file:a x"},
		{`file:"a b" x`, and(file("a b"), lit("x")), ""},
		{"file:(a|b)/ x", and(file("(a|b)/"), lit("x")), ""},
		{"lang:golang x", and(lang("Go"), lit("x")), "lang:Go x"},
		{"l:C++ x", and(lang("C++"), lit("x")), "lang:C++ x"},
		{`language:"visual basic .net" x`, and(lang("Visual Basic .NET"), lit("x")), `lang:"Visual Basic .NET" x`},
		{"-lang:go x", and(not(lang("Go")), lit("x")), "-lang:Go x"},
		{"lang:go", lang("Go"), "lang:Go"},
		{"lang:go select:file", lang("Go"), "select:file lang:Go"},

		// Filters around patterns with OR apply to all of them; filters in the middle apply to
		// their own side.
		{"file:a x or y", and(file("a"), or(lit("x"), lit("y"))), "file:a (x OR y)"},
		{"x or y file:a", and(file("a"), or(lit("x"), lit("y"))), "file:a (x OR y)"},
		{"file:a x or y file:b", and(file("a"), file("b"), or(lit("x"), lit("y"))), "file:a file:b (x OR y)"},
		{"file:a x or file:b y", or(and(file("a"), lit("x")), and(file("b"), lit("y"))), "(file:a x) OR (file:b y)"},
		{"(file:a x) or y", or(and(file("a"), lit("x")), lit("y")), "(file:a x) OR y"},
		{"file:a or x", or(file("a"), lit("x")), "file:a OR x"},
		{"x or file:a", or(lit("x"), file("a")), "x OR file:a"},
		{"(file:a or file:b) x", and(or(file("a"), file("b")), lit("x")), "(file:a OR file:b) AND x"},
	} {
		t.Run(row.text, func(t *testing.T) {
			t.Parallel()
			q, err := query.Parse(row.text)
			if row.want == nil {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(row.want, q.Expr, cmpopts.IgnoreTypes(query.Span{}), cmpopts.IgnoreUnexported(query.Pattern{})))
			canonical := row.canonical
			if canonical == "" {
				canonical = row.text
			}
			require.Equal(t, canonical, q.String())
			again, err := query.Parse(q.String())
			require.NoError(t, err)
			require.Empty(t, diffQueries(q, again))
		})
	}
}
