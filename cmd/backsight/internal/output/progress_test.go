package output

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
)

// The bar always has the same width. It shows every outcome that occurs, in the order of
// insights.Outcomes.
func TestBarShowsEveryOutcome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var c insights.Completeness
		for _, o := range insights.Outcomes {
			c.Add(o, rapid.SampledFrom([]int64{0, 1, 7, 1000, 1_000_000}).Draw(t, string(o)))
		}
		if c.Planned == 0 {
			require.Equal(t, "planning…", Line(c, 0, 0))
			return
		}
		drawn := bar(c)
		require.Equal(t, barWidth, utf8.RuneCountInString(drawn))
		rest := drawn
		for _, o := range insights.Outcomes {
			after := strings.TrimLeft(rest, marks[o])
			require.Equal(t, c.Of(o) > 0, len(after) < len(rest), "%s in %s", o, drawn)
			rest = after
		}
		require.Empty(t, rest)
	})
}

// Without a terminal, progress prints one line for each tenth, and none twice.
func TestProgressWithoutTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := NewProgress(&out)
	for done := range int64(101) {
		p.Show(insights.Completeness{Planned: 100, Counted: done, Pending: 100 - done}, 0, 0)
	}
	p.End()
	require.Equal(t, 11, strings.Count(out.String(), "\n"))
	require.NotContains(t, out.String(), "\r")
}

func TestFormatting(t *testing.T) {
	t.Parallel()
	require.Equal(t, "1 s", Duration(10*time.Millisecond))
	require.Equal(t, "2 min", Duration(61*time.Second))
	require.Equal(t, "1.5 h", Duration(90*time.Minute))
	require.Equal(t, "1023 B", Bytes(1023))
	require.Equal(t, "1.5 KiB", Bytes(1536))
	var out bytes.Buffer
	table := NewTable(&out, "A", "B")
	table.Row("x\ty", "z\nz")
	require.NoError(t, table.Flush())
	require.Equal(t, "A    B\nx y  z z\n", out.String())
}
