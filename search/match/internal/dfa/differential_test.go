package dfa

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"
)

// even treats all bytes as equally frequent, so prefix acceleration is rarely used. rare treats all
// bytes as rare, so prefix acceleration is used in every start state.
func even(byte) float64 { return 1.0 / 256 }
func rare(byte) float64 { return 0 }

func compiled(t require.TestingT, text string, share func(byte) float64) *Regexp {
	tree, err := syntax.Parse(text, syntax.Perl)
	require.NoError(t, err)
	r, err := Compile(tree, share, false)
	require.NoError(t, err)
	return r
}

func spans(s *Searcher) (all [][]int) {
	for {
		start, end, ok := s.Next()
		if !ok {
			return all
		}
		all = append(all, []int{start, end})
	}
}

// wanted returns the non-empty matches that Go's engine finds.
func wanted(text string, content []byte) (all [][]int) {
	for _, at := range regexp.MustCompile(text).FindAllIndex(content, -1) {
		if at[0] < at[1] {
			all = append(all, at)
		}
	}
	return all
}

// agrees compares with Go's engine: with a table, with a table that is always emptied, and twice
// with the same Searcher.
func agrees(t require.TestingT, text string, contents ...[]byte) {
	for _, share := range []func(byte) float64{even, rare} {
		r := compiled(t, text, share)
		s := r.Searcher()
		for _, content := range contents {
			want := wanted(text, content)
			s.Reset(content, nil, nil)
			require.Equal(t, want, spans(s), "matches of %q in %q", text, content)
			s.Reset(content, nil, nil)
			require.Equal(t, int64(len(want)), s.Count(), "count of %q in %q", text, content)
			s.Reset(content, nil, nil)
			s.slow = true
			require.Equal(t, want, spans(s), "matches without a table of %q in %q", text, content)
		}
		s.Close()
	}
}

var pieces = []string{
	"a", "b", "ab", "c", "A", "B", "k", "K", "\u212a", "s", "S", "\u017f", "é", "É", "σ", "ς", "Σ", "1", "42", "_", ".", " ", "\t", "\n", "\n\n", "\r\n",
	"日本", "\U0001F600", "\uFFFD", "\x00", "\xff", "\xe2", "\xe2\x84", "\xc5", "\xbf", "\x80\x80", "\xf0\x9f\x98", "\xed\xa0\x80", "\xc0\x80", "foo", "bar", "word words", "x",
}

func texts() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		n := rapid.SampledFrom([]int{0, 1, 2, 3, 5, 8, 20, 60, 300}).Draw(t, "pieces")
		few := rapid.IntRange(1, len(pieces)).Draw(t, "of")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		from := random.Perm(len(pieces))[:few]
		var b strings.Builder
		for range n {
			b.WriteString(pieces[from[random.IntN(few)]])
		}
		return []byte(b.String())
	})
}

// regexps draws regular expressions with all kinds of nodes.
func regexps(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 {
			return rapid.SampledFrom([]string{
				"a", "b", "c", "k", "S", "foo", "é", "σ", "1", "_", `\.`, ".", `\s`, `\S`, `\w`, `\W`, `\w+`, "[ab]", "[ks]", "[^a]", "[^\\n]", `\d`, `\D`,
				"^", "$", `\b`, `\B`, `\n`, `\A`, `\z`, "", "(?s:.)", "(?i:k)", "(?i:foo)", "(?-i:K)", `\x{212A}`, "日", `\x{FFFD}`, "[a-f]", `\pL`, `\PL`, `\p{Greek}`,
				"(?-m:^)", "(?-m:$)", "[[:upper:]]", `[^\x00-\x{10FFFF}]`, `[\x80-\x{FFFC}]`, `[^\x{FFFD}]`, ".*", ".*?", `\x{10FFFF}`, `[\x{10000}-\x{10FFFF}]`,
			}).Draw(t, "leaf")
		}
		sub := func(name string) string { return regexps(depth-1).Draw(t, name) }
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0, 1, 2:
			return sub("left") + sub("right")
		case 3:
			return "(?:" + sub("left") + "|" + sub("right") + ")"
		case 4:
			return "(" + sub("left") + "|" + sub("middle") + "|" + sub("right") + ")"
		case 5, 6:
			return "(?:" + sub("repeated") + ")" + rapid.SampledFrom([]string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}", "{2,}", "{1,2}?"}).Draw(t, "times")
		default:
			return sub("one")
		}
	})
}

var flags = rapid.SampledFrom([]string{"", "(?m)", "(?im)", "(?i)", "(?s)", "(?U)"})

func TestEqualsGoRegexp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := flags.Draw(t, "flags") + regexps(rapid.IntRange(0, 4).Draw(t, "depth")).Draw(t, "regexp")
		if _, err := regexp.Compile(text); err != nil {
			t.Skip("not a regular expression: ", text)
		}
		agrees(t, text, texts().Draw(t, "content"), texts().Draw(t, "another content"))
	})
}

// TestFoundByHand covers earlier bugs, and cases that random expressions rarely contain.
func TestFoundByHand(t *testing.T) {
	t.Parallel()
	contents := [][]byte{
		nil, []byte("c"), []byte("ka"), []byte(" _foo\u65e5x"), []byte("\n\n"), []byte("a\nb\r\n"), []byte("ab abab\n\nba"),
		[]byte("\xe2\x84\xaa\u212a\xe2\x84k\xc5\xbfs\xc5"), []byte("\u00e9\xff\xfe\ufffd"), []byte(strings.Repeat("ab c", 300) + "\n" + strings.Repeat("\u00e9", 1001)),
	}
	for _, text := range []string{
		`(?:(?:(?:(?:a|a))*)*|(?:(?:a|k)a)*)`, // an empty match before the one that counts
		`(?:a|\b)\Ac`, `c(?:\z|a)\b`,          // an assertion after another
		// an assertion that leads to an instruction that was already visited
		`(?:(?:(?:\s|\b)|_foo)){2,}`,
		`\Aa`, `\Ab`, `^`, `$`, `(?m)^`, `(?m)$`, `(?m)^.`, `(?m).$`, `(?m)^$\n`, `\b`, `\B`, `\b.`, `.\B`, `\z`, ``, `x*`, `x*?`, `(?:|a)+`, `(?:a|)+?b`,
		`[^\x00-\x7f]`, `[^a]`, `[^a]*b`, `\x{FFFD}`, `(?i)k+`, `(?i)[^k]`, `(?s).`, `(?s).*`, `(?s).+?`, `a(?s:.*z)?`, `(ab|a)(c|bcd)?`, `(?:ab)+?$`, `[^\x00-\x{10FFFF}]`,
		`ab c`, `(?m)^(?:ab c)+$`, `(?:\x{e9}){1000}`,
	} {
		agrees(t, text, contents...)
	}
}

func FuzzCount(f *testing.F) {
	for _, re := range []string{`\w+`, `(?m)^\s*//.*$`, `\b(?:foo|bar)\b`, `(?i)k[^s]*?s`, `(a*)*b`, `(?:\s|\b|_x){2,}`, `.{0,20}x`, `\pL+\PL`, `(?s)a.*?\z`, `x*|y`} {
		f.Add(re, []byte("// TODO: foo bar\nk\u212a s\u017f aab xx\n\xff\xe2\x84\n"))
		f.Add(re, []byte("\xf0\x9f\x98\x80a _x\r\n\n\x00"))
	}
	f.Fuzz(func(t *testing.T, re string, content []byte) {
		tree, err := syntax.Parse(re, syntax.Perl)
		if err != nil || len(re) > 60 || len(content) > 500 {
			t.Skip()
		}
		if r, err := Compile(tree, even, false); err != nil || r.Size() > 300 {
			t.Skip() // Go's engine may take minutes
		}
		agrees(t, re, content)
	})
}

// TestSearchersAtTheSameTime is also for the race detector.
func TestSearchersAtTheSameTime(t *testing.T) {
	t.Parallel()
	r := compiled(t, `(?m)\b\w+x\b|^\s+$`, even)
	content := wordText(1 << 14)
	want := wanted(`(?m)\b\w+x\b|^\s+$`, content)
	var all errgroup.Group
	for range 4 {
		all.Go(func() error {
			for range 5 {
				s := r.Searcher()
				s.Reset(content, nil, nil)
				if got := spans(s); len(got) != len(want) {
					return fmt.Errorf("%d matches instead of %d", len(got), len(want))
				}
				s.Close()
			}
			return nil
		})
	}
	require.NoError(t, all.Wait())
}
