package match

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query/template"
)

func found(t require.TestingT, text, content string) []string {
	f, err := newStructural(text)
	require.NoError(t, err, text)
	var all []string
	for _, s := range f.ranges([]byte(content), nil, nil) {
		all = append(all, content[s.start:s.end])
	}
	require.Equal(t, int64(len(all)), f.count([]byte(content), nil))
	require.Equal(t, len(all) > 0, f.has([]byte(content), nil))
	return all
}

// TestStructuralExamples covers the examples of Sourcegraph's documentation and Comby's tests, and
// the rules in docs/query-syntax.md.
func TestStructuralExamples(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		template, content string
		want              []string
	}{
		// Sourcegraph's page on structural search.
		{"fmt.Sprintf(...)", `fmt.Sprintf("must be authenticated as an admin (%s)", isSiteAdminErr.Error())`, []string{`fmt.Sprintf("must be authenticated as an admin (%s)", isSiteAdminErr.Error())`}},
		{"fmt.Sprintf(...)", "x := fmt.Sprintf(\n\"rest/%s\",\n a.b(),\n)\nfmt.Sprintf()", []string{"fmt.Sprintf(\n\"rest/%s\",\n a.b(),\n)", "fmt.Sprintf()"}},
		{`fmt.Sprintf("...", ...)`, `fmt.Sprintf("a: %v", e.id) fmt.Sprintf(s, t) fmt.Sprintf("a" + "b", c)`, []string{`fmt.Sprintf("a: %v", e.id)`}},
		{"fmt.Sprintf(:[first], :[second], ...)", `fmt.Sprintf(a, b) fmt.Sprintf(a, f(b, c)) fmt.Sprintf(a, b, c)`, []string{"fmt.Sprintf(a, b, c)"}},
		{"return :[v.], :[v.]", "return true, true\nreturn nil, nil\nreturn nil, err\nreturn 0, 0", []string{"return true, true", "return nil, nil", "return 0, 0"}},
		{`"exclude": [...]`, `{"exclude": ["a", ["b"]], "include": [1], "exclude":  []}`, []string{`"exclude": ["a", ["b"]]`, `"exclude":  []`}},
		{"try {:[_]} catch (:[e]) { } finally {:[_]}", "try { a(); } catch (E e) {\n} finally { if (b) { c(); } }\ntry {} catch (E e) { d(); } finally {}", []string{"try { a(); } catch (E e) {\n} finally { if (b) { c(); } }"}},
		{"var ... =", "var a = 1\nvar b\nc = 2; let d = 3", []string{"var a =", "var b\nc ="}},

		// Comby's tests of the generic language.
		{"a :[1] c d", "a b c d", []string{"a b c d"}},
		{"a :[1]", "a b c d", []string{"a b c d"}},
		{":[1] c d", "a b c d", []string{"a b c d"}},
		{"a :[1] b c", "a x b bbq", nil},
		{":[1](bar)", "foo(bar)", []string{"foo(bar)"}},
		{"(:[1] b :[2]) d", "(a b c) d", []string{"(a b c) d"}},
		{"((:[1] () c) q) d", "((a b () c) q) d", []string{"((a b () c) q) d"}},
		{"((a (:[1]) :[2] c)) d", "((a ((x) d) b c)) d", []string{"((a ((x) d) b c)) d"}},
		{"(:[1].)", "(b (c.) d.)", []string{"(b (c.) d.)"}},
		{"outer(:[1],src)", "outer(inner(dst,src),src)", []string{"outer(inner(dst,src),src)"}},
		{"(((:[1])))", "(((((x)))))", []string{"(((((x)))))"}},
		{"lol:[1]bbq", "lolhowevenlolwtfbbqispossiblebbq", []string{"lolhowevenlolwtfbbq"}},
		{"x = :[1];", "x = a; x = b; x = c", []string{"x = a;", "x = b;"}},
		{"x = :[1];", "x = ( x = x; );", []string{"x = ( x = x; );"}},
		{"x = :[1];", "( x = x = x; )", []string{"x = x = x;"}},
		{"a :[1] c :[2] d", "xxx a b d c 1 2 3 b d d blah", []string{"a b d c 1 2 3 b d"}},
		{"www.:[1]-:[2].jpg", "www.testdofooname.com/k4n-280x428.jpg", []string{"www.testdofooname.com/k4n-280x428.jpg"}},

		// White space and comments.
		{"a b", "a b a\n\t b ab a /* c */ b a // c\nb a/**/b", []string{"a b", "a\n\t b", "a /* c */ b", "a // c\nb", "a/**/b"}},
		{"f( x )", "f( x ) f(x) f(\nx )", []string{"f( x )", "f(\nx )"}},
		{"f(...)", "// f(a)\n/* f(b) */ f(c) 'f(d)' \"f(e)\" `f(f)` # f(g)\n#f(h)", []string{"f(c)", "f(h)"}},
		{"f(...)", "http://f(a)\nf(/* ) */ 1) f(\")\") f(`\n)`)", []string{"f(a)", "f(/* ) */ 1)", "f(\")\")", "f(`\n)`)"}},
		{"f(...)", "don't f(a) isn't\n'\\'' f(b) '\n\"\"\" \" f(c) \"\"\" f(d)", []string{"f(a)", "f(b)", "f(d)"}},
		{"say(...)", "It isn't 'so' say(it)", []string{"say(it)"}},

		// Delimiters without a partner are ordinary characters.
		{"f(...)", "f(a [ b) f(c", []string{"f(a [ b)"}},
		{"a:[x]b", "a ) b", []string{"a ) b"}},
		{"a:[x]b", "a ( b ) a [b] b", []string{"a ( b ) a [b] b"}},
		{"{a:[x]}", "{a } ] }", []string{"{a }"}},

		// Templates are case-sensitive. Text is found within words.
		{"F(...)", "f(a) F(b) aF(c)", []string{"F(b)", "F(c)"}},

		// The other holes.
		{"x :[[w]] y", "x a_1 y x a-b y x  y", []string{"x a_1 y"}},
		{"x=:[[w]]", "x=a.b x=", []string{"x=a"}},
		{"x=:[e:e];", `x=f(a b).g["c d"]; x=a b; x=;`, []string{`x=f(a b).g["c d"];`}},
		{"x=:[e:e]", `x=f(a b).g y`, []string{"x=f(a b).g"}},
		{"x=:[n.];", `x=a.b-c; x=f(a); x="a"; x=;`, []string{"x=a.b-c;"}},
		{`x:[l\n]y`, "x 1 (\n)\ny x\nyx", []string{"x 1 (\n)\ny", "x\ny"}},
		{"x:[ ]y", "x y x\t y x\ny xy", []string{"x y", "x\t y"}},
		{"x:[ b]y", "x y", []string{"x y"}},
		{`go :[v~1\.\d+]`, "go 1.21 go 2.0 go 1.x", []string{"go 1.21"}},
		{`a:[~[^,]+],`, "a1 2, a(b), a'c',", []string{"a1 2,"}},
		{":[~\\.\\.\\.]x", "...x", []string{"...x"}},

		// Holes with the same name.
		{":[x] == :[x];", "a == a; b == c; f(1) == f(1);", []string{"a == a;", "f(1) == f(1);"}},
		{"f(:[x], :[y], :[x])", "f(1, 2, 1) f(1, 2, 3) f(1, 1, 1)", []string{"f(1, 2, 1)", "f(1, 1, 1)"}},
		{"f(:[_], :[_])", "f(1, 2)", []string{"f(1, 2)"}},

		// A hole at the end extends to the end of its group.
		{"return :[x]", "{ return a; } return b", []string{"return a; ", "return b"}},
		{"f(a:[x])", "f(a, b) f(b)", []string{"f(a, b)"}},
		{`"a:[x]"`, `"ab" "ba" 'ab'`, []string{`"ab"`}},
		{"''':[x]b'''", "'''a\nb''' 'ab'", []string{"'''a\nb'''"}},
	} {
		require.Equal(t, row.want, found(t, row.template, row.content), "%s in %s", row.template, row.content)
	}
}

// templates draws templates without names.
func templates() *rapid.Generator[string] {
	pieces := []string{
		"a", "b", "x", "f", "1", ",", "=", " ", " ", "'", "/", "#", "isn't",
		":[_]", "...", ":[[_]]", ":[_:e]", ":[_.]", `:[_\n]`, ":[ ]", ":[~[a-c]+]", ":[~b?]",
	}
	var seq func(depth int) *rapid.Generator[string]
	seq = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			var b strings.Builder
			for range rapid.IntRange(0, 4).Draw(t, "length") {
				kind := rapid.IntRange(0, 9).Draw(t, "kind")
				switch {
				case depth > 0 && kind < 3:
					d := rapid.SampledFrom([]string{"()", "[]", "{}", `""`, "``"}).Draw(t, "delimiters")
					b.WriteString(d[:1] + seq(depth-1).Draw(t, "inner") + d[1:])
				default:
					b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
				}
			}
			return b.String()
		})
	}
	return seq(2)
}

func sources() *rapid.Generator[string] {
	pieces := []string{
		"a", "b", "x", "f", "1", ",", "=", " ", "\n", "\t", "(", ")", "[", "]", "{", "}", "()", "(a)", "{a b}", "f(a, b)", "a=b", "ab", "isn't",
		`"`, `"`, `"a b"`, `"a(b"`, "'", "'a'", "`", "`a\nb`", `"""`, "'''", `\`, `\"`, "/", "//", "/*", "*/", "/* a */", "// b\n", "#", "# a\n", ":", "\xff", "é",
	}
	return rapid.Custom(func(t *rapid.T) string {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var b strings.Builder
		for range rapid.SampledFrom([]int{1, 3, 6, 12, 25, 50}).Draw(t, "pieces") {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	})
}

func TestStructuralEqualsOracle(t *testing.T) {
	t.Parallel()
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		text := templates().Draw(t, "template")
		if _, bad := template.Parse(text); bad != nil {
			t.Skip("not a template")
		}
		content := sources().Draw(t, "content")
		f, err := newStructural(text)
		require.NoError(t, err)
		want := plainRanges(text, content)
		require.Equal(t, want, f.ranges([]byte(content), nil, nil), "%q in %q", text, content)
		matched += min(1, len(want))
	})
	require.Positive(t, matched)
}

func TestScanEqualsOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		content := sources().Draw(t, "content")
		var want []template.Mark
		var walk func(all []unit)
		walk = func(all []unit) {
			for _, u := range all {
				m := template.Mark{Start: u.at, End: u.at + u.len()}
				switch u.kind {
				case 'c':
					continue
				case '"':
					m.Kind, m.Width = template.String, 1
					if len(u.text) >= 6 && (u.text[:3] == `"""` || u.text[:3] == `'''`) {
						m.Width = 3
					}
				case '(':
					m.Kind = template.Pair
				}
				want = append(want, m)
				walk(u.kids)
			}
		}
		walk(units(content))
		got := template.Scan([]byte(content))
		if len(want)+len(got) > 0 {
			require.Equal(t, want, got, "%q", content)
		}
	})
}

// TestStructuralIsLinear searches contents with which naive matchers run for hours.
func TestStructuralIsLinear(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ template, content string }{
		{"a :[x] b", "a "},
		{"a:[x]b:[y]c:[z]d", "abc"},
		{"a:[[x]]!", "a"},
		{"a :[x.] b", "a"},
		{"a:[x:e]b:[y:e]c!", "ab"},
		{`a:[x\n]`, "a"},
		{"a b", "a "},
		{"a c b", "a \t"},
		{"(:[x] b)", "("},
		{"(:[x](:[y])b)", "(()"},
		{"{:[x]{:[y]}:[z]}b", "{"},
		{"a:[~[a-z]*]:[x]!", "a"},
		{"a:[~(a|b)+]c", "a"},
		{":[x]:[y]:[z]:[w]!", "a"},
		{"f(...)", "'"},
		{"f(...)", "'\\'"},
		{"f(...)", "`\\`"},
		{"f(...)", `"""\"`},
		{"f(...)", "/*"},
		{"f(...)", "f([{"},
		{"f(...)", "f([{)"},
		{"f(:[x], :[x])", "f("},
		{`"a:[x]b"`, `"a`},
		{":[x] :[x]!", "a "},
	} {
		for _, end := range []string{"", "\n", strings.Repeat(")", 5_000), "'", "b", "!"} {
			f, err := newStructural(row.template)
			require.NoError(t, err)
			f.required = nil // which would reject most of them
			visits := func(size int) int {
				content := strings.Repeat(row.content, size/len(row.content)) + end
				return f.each([]byte(content), nil, func(span) bool { return true })
			}
			few := visits(10_000)
			require.Less(t, visits(20_000), 2*few+1000, "%s in many %q and %q", row.template, row.content, end)
			require.LessOrEqual(t, few, 10*(10_000+len(end))*(1+strings.Count(row.template, ":[")), "%s in many %q and %q", row.template, row.content, end)
		}
	}
}

func FuzzStructural(f *testing.F) {
	f.Add("f(:[x], ...)", "f(a, (b), \"c\") // f(d, e)")
	f.Add(`{:[[x]]: "..."}`, "{a: \"b\"} '{' isn't `}`")
	f.Add(`:[a.]=:[b:e];:[c\n]:[ ]:[~[a-c]+]`, "x.y=f(1)[2]; z\n \tabc")
	f.Fuzz(func(t *testing.T, text, content string) {
		parsed, bad := template.Parse(text)
		if bad != nil {
			require.True(t, 0 <= bad.Start && bad.Start <= bad.End && bad.End <= len(text), "%v in %q", bad, text)
			require.NotEmpty(t, bad.Message)
			require.NotEmpty(t, bad.Remedy)
			return
		}
		canonical := parsed.String()
		again, bad := template.Parse(canonical)
		require.Nil(t, bad, "%q prints as %q", text, canonical)
		require.Equal(t, parsed, again, "%q prints as %q", text, canonical)
		if len(text) > 30 || len(content) > 300 {
			return
		}
		sf, err := newStructural(text)
		require.NoError(t, err)
		got := sf.ranges([]byte(content), nil, nil)
		if !sf.names && !strings.Contains(text, "~") {
			require.Equal(t, plainRanges(text, content), got, "%q in %q", text, content)
		}
	})
}
