package match

import (
	"regexp"
	"regexp/syntax"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFixedGroupOf(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		expr       string
		fixed      bool
		head, tail int
	}{
		{`(\w+)`, true, 0, 0},
		{`(a|bc|d*)`, true, 0, 0},
		{`^go (1\.\d+)$`, true, 3, 0},
		{`\bx{3}[0-9](.*)é\b`, true, 4, 2},
		{`ab(?:c(\w+)d)e`, true, 3, 2},
		{`(?i)gone (\d+)`, true, 5, 0},
		{`(?i)task (\d+)`, false, 0, 0}, // ſ and the Kelvin sign have other lengths than s and k
		{`\w+ (x)`, false, 0, 0},
		{`.(x)`, false, 0, 0},
		{`(?:a|b)(x)`, true, 1, 0}, // the same as [ab](x)
		{`(?:a|bc)(x)`, false, 0, 0},
		{`a?(x)`, false, 0, 0},
		{`(x)?`, false, 0, 0},
		{`(x)+`, false, 0, 0},
		{`(a)|b`, false, 0, 0},
		{`(a)(b)`, false, 0, 0},
		{`((a)b)`, false, 0, 0},
		{`\x{FFFD}(a)`, false, 0, 0}, // also matches one byte that is not UTF-8
		{`abc`, false, 0, 0},
	} {
		tree, err := syntax.Parse("(?m)"+row.expr, syntax.Perl)
		require.NoError(t, err)
		got := fixedGroupOf(tree)
		require.Equal(t, row.fixed, got != nil, row.expr)
		if row.fixed {
			require.Equal(t, fixedGroup{row.head, row.tail}, *got, row.expr)
		}
	}
}

// A fixed group is where Go's engine finds it.
func TestFixedGroup_EqualsGo(t *testing.T) {
	t.Parallel()
	parts := rapid.SampledFrom([]string{"a", "b+", "[ab]", "[^a]", ".", `\b`, "^", "$", "é", "(?i:k)", "a{2}", "(?:a|b)", "(?:a|ba)", "b?", `\w`, `\S`, "x*", "(?:)"})
	pieces := rapid.SampledFrom([]string{"a", "b", "aa", "k", "K", "\u212a", "é", " ", "\n", "\xff", "x"})
	fixed := 0
	rapid.Check(t, func(t *rapid.T) {
		join := func(g *rapid.Generator[string], least, most int, what string) (all string) {
			for _, s := range rapid.SliceOfN(g, least, most).Draw(t, what) {
				all += s
			}
			return all
		}
		expr := "(?m)" + join(parts, 0, 2, "head") + "(" + join(parts, 1, 3, "group") + ")" + join(parts, 0, 2, "tail")
		tree, err := syntax.Parse(expr, syntax.Perl)
		require.NoError(t, err)
		g := fixedGroupOf(tree)
		if g == nil {
			return
		}
		fixed++
		text := join(pieces, 0, 12, "text")
		for _, at := range regexp.MustCompile(expr).FindAllStringSubmatchIndex(text, -1) {
			require.Equal(t, []int{at[0] + g.head, at[1] - g.tail}, at[2:], "%s in %q", expr, text)
		}
	})
	require.Positive(t, fixed)
}
