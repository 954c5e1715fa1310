package match

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
)

// naive finds the non-empty matches with Go's engine, on the whole content.
func naive(re *regexp.Regexp, content []byte) []span {
	var all []span
	for _, at := range re.FindAllIndex(content, -1) {
		if at[0] < at[1] {
			all = append(all, span{at[0], at[1]})
		}
	}
	return all
}

// agrees compares every method of a pattern's finder with Go's engine.
func agrees(t require.TestingT, p *query.Pattern, caseSensitive bool, content []byte) {
	text := p.Text
	if p.Kind == query.Literal {
		text = regexp.QuoteMeta(text)
	}
	flags := "(?im)"
	if caseSensitive {
		flags = "(?m)"
	}
	want := naive(regexp.MustCompile(flags+text), content)
	for _, groups := range []bool{false, true} {
		f, err := newFinder(p, caseSensitive, groups)
		require.NoError(t, err)
		got := f.ranges(content, nil, nil)
		require.Equal(t, want, got, "ranges of %s%q in %q", flags, p.Text, content)
		require.Equal(t, int64(len(want)), f.count(content, nil), "count of %s%q in %q", flags, p.Text, content)
		require.Equal(t, len(want) > 0, f.has(content, nil), "has of %s%q in %q", flags, p.Text, content)
	}
}

// pieces are the parts of contents and literals: letters in both cases, runes that fold to ASCII or
// to runes of another length, line ends, and bytes that are not UTF-8.
var pieces = []string{
	"a", "A", "b", "k", "K", "\u212a", "s", "S", "\u017f", "ß", "ẞ", "i", "I", "İ", "ı",
	"σ", "Σ", "ς", "é", "É", "ж", "Ж", "ǅ", "Ǆ", "ǆ", "ȺⱥĿ", "1", "_", ".", "(", " ", "\n", "\r", "\t", "todo", "TODO", "Task", "taſK", "日本",
}

var badPieces = append([]string{"\xff", "\xe2", "\xe2\x84", "\xc5", "\xbf", "\xd0", "\x00"}, pieces...)

func literalText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 4).Draw(t, "pieces"), "")
	})
}

// content draws text that contains the given literals in either case. It draws only the number of
// pieces and a seed, so that long contents are as likely as short ones.
func content(literals ...string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		from := append([]string{}, badPieces...)
		for _, l := range literals {
			for range 6 {
				from = append(from, l, strings.ToUpper(l), strings.ToLower(l), l[:len(l)/2])
			}
		}
		n := rapid.SampledFrom([]int{0, 1, 2, 5, 20, 100, 1500}).Draw(t, "pieces of content")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var b strings.Builder
		for range n {
			b.WriteString(from[random.IntN(len(from))])
		}
		return b.String()
	})
}

func TestLiteralsEqualGoRegexp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := literalText().Draw(t, "text")
		agrees(t, &query.Pattern{Kind: query.Literal, Text: text}, rapid.Bool().Draw(t, "case"), []byte(content(text).Draw(t, "content")))
	})
}

// regexps draws regular expressions with all kinds of nodes.
func regexps(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 {
			return rapid.SampledFrom([]string{
				"a", "b", "k", "S", "todo", "Task", "é", "σ", "1", "_", `\.`, ".", `\s`, `\S`, `\w+`, "[ab]", "[aA]", "[ks]", "[^a]", "[^\\n]", `\d`,
				"^", "$", `\b`, `\B`, `\n`, `\A`, `\z`, "", "(?s:.)", "(?i:to)", "(?-i:K)", `\x{212A}`, "日", `\x{FFFD}`, "[a-f]",
			}).Draw(t, "leaf")
		}
		sub := func(name string) string { return regexps(depth-1).Draw(t, name) }
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0, 1, 2:
			return sub("left") + sub("right")
		case 3:
			return "(?:" + sub("left") + "|" + sub("right") + ")"
		case 4:
			return "(" + sub("group") + ")"
		case 5:
			return "(?:" + sub("repeated") + ")" + rapid.SampledFrom([]string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}"}).Draw(t, "times")
		default:
			return sub("one")
		}
	})
}

// groupsAgree compares the values of capturing groups with Go's engine.
func groupsAgree(t require.TestingT, text string, content []byte) {
	var want, got []string
	for _, at := range regexp.MustCompile("(?m)"+text).FindAllSubmatchIndex(content, -1) {
		for i := 2; i < len(at) && at[0] < at[1]; i += 2 {
			if at[i] < at[i+1] {
				want = append(want, string(content[at[i]:at[i+1]]))
			}
		}
	}
	f, err := newFinder(&query.Pattern{Kind: query.Regexp, Text: text}, true, true)
	require.NoError(t, err)
	if e := f.(*engine); e.captures != nil {
		for _, stop := range []*atomic.Bool{nil, new(atomic.Bool)} {
			got = nil
			e.groups(content, stop, func(v []byte) { got = append(got, string(v)) })
			require.Equal(t, want, got, "groups of %q in %q", text, content)
		}
	}
}

func TestGroupsEqualGoRegexp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := regexps(rapid.IntRange(1, 4).Draw(t, "depth")).Draw(t, "regexp")
		if _, err := regexp.Compile(text); err != nil || text == "" {
			t.Skip("not a regular expression: ", text)
		}
		groupsAgree(t, text, []byte(content("todo", "task").Draw(t, "content")))
	})
}

func TestGroupsOfLongMatches(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é x\xff", longWork/40)
	for _, text := range []string{`a((?s:.)*)b(c?)`, `\b(a)(?s:.)*(b)\b`, `((?s:.)*)`, `^(.)(.*)$`, `(b)?\z`} {
		groupsAgree(t, text, []byte("1 a"+long+"b 2"))
		groupsAgree(t, text, []byte("a"+long+"b"))
	}
}

func TestRegexpsEqualGoRegexp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := regexps(rapid.IntRange(0, 3).Draw(t, "depth")).Draw(t, "regexp")
		if _, err := regexp.Compile(text); err != nil || text == "" {
			t.Skip("not a regular expression: ", text)
		}
		agrees(t, &query.Pattern{Kind: query.Regexp, Text: text}, rapid.Bool().Draw(t, "case"), []byte(content("todo", "task").Draw(t, "content")))
	})
}

// TestRegexpsOfEachKind has a row for each way to find a regular expression, with contents that
// exercise it.
func TestRegexpsOfEachKind(t *testing.T) {
	t.Parallel()
	contents := []string{
		"",
		"todo",
		strings.Repeat("todo x\n", 100) + "todo\n\nb todo b\n" + strings.Repeat("todo x\n", 100) + "todo\t\nb",
		strings.Repeat("x todo b\ntodo\nb\n", 50),
		strings.Repeat("a line without\n", 400) + "fixme todo.1\r\n" + strings.Repeat("b", 6000) + " 12.34 todo\nabcabab",
		"é1.2", "ÿ1.2", "\xff1.2", "1abc2", "1ab2", "1.2",
		"todoTODO\u017f\u212a todos tasK taſk\nΣας",
	}
	for _, text := range []string{
		// From the places where matches start.
		`todo\s+b`, `^todo\s+b`, `(?:todo|fixme)\s+(b|x)`, `to(do)+\n`, `todo(?s:.)b`, `(?:todo){0,2}\s+b`, `(?:todo){1,2}\s+b`,
		`\btodo\b`, `\w+\.1$`, `(todo|fixme).*\d`, `todo$`, // on lines that contain a text
		// On lines that contain a run.
		`\d+\.\d+`, `(\d\d)\.\d+\b`, `[a-c]{2,3}[bc]{2}`, `[.]\W`, `^[a-z]+\.[a-z0-9é]`, `\d{2}\.(\d|x)+`, `[a-cé]\d\.\d`, `\d[a-c]{2,3}\d`, `\d[a-c]+\d`, `[e-g]ixm[é-ώ]*e`,
		`\d+\.\d+`, `^\w`, `.$`, // on blocks of lines
		// On the whole content.
		`\Atodo`, `todo\s|\Atodo`, `(?:\A)?todo\s`, `todo\z`, `\s+`, `[^a]+`, `x\s+todo`,
		// As texts.
		`todo|fixme`, `[tT]odo`, `[tT]ODO`, `s`, `todos`, `(?:|todo)`, `(?:todo)??`, `fixme|(?:)|todo`, `x(?:todo)??`, `ab(?:c|ab)?`, `a|ab|abc`, `[tk]o?d`, `[tf]`, `(?:|a)b`, `task[sk]?`,
		// nested repetitions
		strings.Repeat("(", 200) + "a" + strings.Repeat(")+", 200), `(?:[a-c]\d?)+[bc]`,
		`[^\x00-\x{10FFFF}]`, `a{0}`, `x*`, `$`, // no matches
	} {
		p := &query.Pattern{Kind: query.Regexp, Text: text}
		for _, content := range contents {
			agrees(t, p, true, []byte(content))
			agrees(t, p, false, []byte(content))
		}
	}
}

func FuzzRegexp(f *testing.F) {
	for _, re := range []string{`todo`, `TODO|FIXME`, `^import\s+"fmt"$`, `go (1\.\d+)`, `(?:a|ab)(?:c|bcd)`, `k+\b`, `[ks]x?`, `(|a)b`, `a??b`, `\Qa.b\E`} {
		f.Add(re, "// TODO: todo\nimport \"fmt\"\ngo 1.26 abcd \u212a\u017f x", true)
		f.Add(re, "\xff todo FIXME ab\r\nbcd", false)
	}
	f.Fuzz(func(t *testing.T, re, content string, caseSensitive bool) {
		if _, err := regexp.Compile("(?im)" + re); err != nil || len(re) > 60 || len(content) > 4000 {
			t.Skip()
		}
		agrees(t, &query.Pattern{Kind: query.Regexp, Text: re}, caseSensitive, []byte(content))
	})
}

func FuzzLiteral(f *testing.F) {
	for _, text := range []string{"todo", "K", "sS", "straße", "ΣΑΣ", "日本", "_x", "\u212a", "ǆ"} {
		f.Add(text, "todo TODO ToDo \u212a\u017fs\u017f STRASSE straße ΣΑΣ σας 日本 _X ǅ \xe2\x84", true)
		f.Add(text, text+strings.ToUpper(text)+strings.ToLower(text), false)
	}
	f.Fuzz(func(t *testing.T, text, content string, caseSensitive bool) {
		if text == "" || strings.ToValidUTF8(text, "") != text || strings.Contains(text, "\uFFFD") {
			t.Skip() // the parser refuses the first two; TestReplacementRune covers U+FFFD
		}
		agrees(t, &query.Pattern{Kind: query.Literal, Text: text}, caseSensitive, []byte(content))
	})
}
