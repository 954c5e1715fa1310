package history

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The result of a pair does not depend on the order in which contents are read, on the worker that
// reads them, or on how many contents fit into the budget.
func TestPairs_CompareContentsInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := compile(t, rapid.SampledFrom([]string{`type:diff /\w+/`, "type:diff todo", "type:diff todo NOT x", `type:diff /^x|\Ay\z/`}).Draw(t, "query"), false)
		line := rapid.SampledFrom([]string{"x\n", "y\n", "todo\n", "todo x\n", "todo\r\n", " \n", "y", "\x00"})
		contents := make([][]byte, rapid.IntRange(1, 8).Draw(t, "blobs"))
		for i := range contents {
			contents[i] = []byte(strings.Join(rapid.SliceOfN(line, 0, 6).Draw(t, "content"), ""))
		}
		workers := rapid.IntRange(1, 2).Draw(t, "workers")
		p := newPairs(m, workers, rapid.SampledFrom([]int{0, 40, 1 << 20}).Draw(t, "budget"))
		for _, h := range p.held {
			h.matching = rapid.IntRange(0, 1).Draw(t, "dense")
		}
		var all []*pair
		blob := rapid.Int32Range(-1, int32(len(contents)-1))
		for range rapid.IntRange(1, 12).Draw(t, "pairs") {
			if before, after := blob.Draw(t, "before"), blob.Draw(t, "after"); before != after {
				one, _ := p.add(before, after)
				all = append(all, one)
			}
		}
		order := make([]int32, len(contents))
		for i := range order {
			order[i] = int32(i)
		}
		read := map[int32]bool{-1: true}
		for _, blob := range rapid.Permutation(order).Draw(t, "order")[rapid.IntRange(0, 1).Draw(t, "missing"):] {
			read[blob] = true
			p.take(rapid.IntRange(0, workers-1).Draw(t, "worker"), blob, contents[blob])
		}
		p.finish()
		text := func(blob int32) []byte {
			if blob < 0 {
				return nil
			}
			return contents[blob]
		}
		for _, one := range all {
			require.Equal(t, read[one.before] && read[one.after], one.known, "%v", one)
			if one.known {
				require.Equal(t, m.ChangedLines(text(one.before), text(one.after)), one.lines, "%q to %q", text(one.before), text(one.after))
			}
		}
	})
}

// Where nearly every line matches, the contents themselves are compared. Their lines are not kept.
func TestPairs_HoldContentsIfMatchesAreDense(t *testing.T) {
	t.Parallel()
	m := compile(t, `type:diff /\w+/`, false)
	content := func(n int) []byte { return []byte(strings.Repeat("a line\n", 100) + fmt.Sprint(n)) }
	p := newPairs(m, 1, heldBytes)
	for n := range int32(50) {
		p.add(n, n+1)
	}
	for n := range int32(51) {
		p.take(0, n, content(int(n)))
		require.LessOrEqual(t, len(p.held[0].contents)+len(p.texts), 3, "what no open pair needs is dropped")
	}
	require.Equal(t, len(content(0)), p.held[0].searched, "only the first content was searched whole")
	p.finish()
	require.Equal(t, len(content(0))+len(content(1)), p.held[0].searched, "and its partner")
}
