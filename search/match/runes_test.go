package match

import (
	"regexp"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
)

func TestRuneClass_EqualsGo(t *testing.T) {
	t.Parallel()
	exprs := []string{".", ".+", "(?s:.)", "(?s:.)+", `\w`, `\w+`, `(\w+)`, "[^a]", "[^a]+", "[a-z]+", "(?i)[k-l]+", `\S+`, `\s+`, "[é-ü]", "[^é]+", `\pL+`, "((.))"}
	pieces := []string{"a", "b", "k", "K", "\u212a", "é", "\uFFFD", "\xff", "\xc3", " ", "\n", "\r\n", "1", "\x7f", "日", "\U0001F600"}
	for _, expr := range exprs {
		p := &query.Pattern{Kind: query.Regexp, Text: expr}
		f, err := newFinder(p, true, true)
		require.NoError(t, err)
		require.NotNil(t, f.(*engine).class, expr)
		re := regexp.MustCompile("(?m)" + expr)
		rapid.Check(t, func(t *rapid.T) {
			text := ""
			for _, s := range rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "text") {
				text += s
			}
			var want []span
			for _, at := range re.FindAllStringIndex(text, -1) {
				want = append(want, span{at[0], at[1]})
			}
			for _, stop := range []*atomic.Bool{nil, {}} {
				require.Equal(t, want, f.ranges([]byte(text), nil, stop), "%s in %q", expr, text)
				require.EqualValues(t, len(want), f.count([]byte(text), stop), "%s in %q", expr, text)
				require.Equal(t, len(want) > 0, f.has([]byte(text), stop))
			}
			groupsAgree(t, expr, []byte(text))
		})
	}
	for _, expr := range []string{`\w+?`, `\w*`, `(\w)+`, `\w\w`, `^.`, "[ab]c", `\w{2}`} {
		f, err := newFinder(&query.Pattern{Kind: query.Regexp, Text: expr}, true, true)
		require.NoError(t, err)
		if e, ok := f.(*engine); ok {
			require.Nil(t, e.class, expr)
		}
	}
}
