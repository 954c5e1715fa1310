package machine

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
)

func drawTally(t *rapid.T, label string) (tally insights.Completeness) {
	for _, o := range insights.Outcomes {
		tally.Add(o, rapid.Int64Range(0, 20).Draw(t, label+" "+string(o)))
	}
	return tally
}

// Whatever tally a child returns, the parts of the series' tally sum to Planned, and Planned does
// not change. Samples that a child ended are counted once.
func TestSettleKeepsTheTallyWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rest, before := drawTally(t, "rest"), drawTally(t, "before")
		tally := rest.Plus(before)

		// a tally that does not fit, such as that of other samples
		settle(&tally, before, drawTally(t, "nonsense"))
		require.NoError(t, tally.Check())
		require.Equal(t, rest.Planned+before.Planned, tally.Planned)

		tally = rest.Plus(before)
		after := before
		for _, o := range insights.Outcomes {
			if o != insights.Pending {
				var done insights.Completeness
				done.Add(o, rapid.Int64Range(0, after.Pending).Draw(t, "ended "+string(o)))
				after.Settle(done)
			}
		}
		settle(&tally, before, after)
		require.Equal(t, rest.Plus(after), tally)
	})
}
