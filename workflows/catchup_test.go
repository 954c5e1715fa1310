package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// A repository that is registered after the backfill is in the next recording. A catch-up backfill
// then computes its past samples.
func TestRepositoriesInScopeLaterAreCaughtUp(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, _ := backfilled(t, ledger, seriesInput())
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 6}, in.State.Tally)
	ledger.repositories = 3
	now := in.Grid.Time(1)
	for range 3 {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
		if len(ledger.plans) == 3 && in.State.Current == nil {
			break
		}
	}
	require.Equal(t, []insights.PlanKind{"backfill", "recording", "catch-up"}, ledger.kinds, "new data goes first")
	require.Equal(t, monthly(3).Frames(), ledger.plans[2])
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 12}, in.State.Tally, "the tally grew by the past samples of the third")
	require.Equal(t, ledger.now(), in.State.Tally)
	require.False(t, in.State.CatchUpDue)
	require.Equal(t, 1, ledger.catchUps, "a catch-up backfill causes no other")
}

func TestTriggerCatchesUp(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, now := backfilled(t, ledger, seriesInput())
	ledger.repositories = 3
	r := newRun(t, ledger, now)
	in = r.after(time.Hour, in, contract.Trigger, contract.Command{By: "ann"})
	require.Equal(t, []insights.PlanKind{"backfill", "catch-up"}, ledger.kinds)
	require.Equal(t, insights.Completeness{Planned: 9, Counted: 9}, in.State.Tally)
	require.Nil(t, in.State.Current)
}

// When the search for repositories to catch up fails, it is repeated within the hour, and not only
// after the next recording, which may be a month later.
func TestCatchUpIsRepeatedAfterAFailure(t *testing.T) {
	t.Parallel()
	ledger := newLedger(2)
	in, now := backfilled(t, ledger, seriesInput())
	ledger.repositories, ledger.missed = 3, failure(insights.Internal, "a defect")
	r := newRun(t, ledger, now)
	in = r.after(time.Hour, in, contract.Trigger, contract.Command{By: "ann"})
	require.Equal(t, []insights.PlanKind{"backfill", "catch-up"}, ledger.kinds)
	require.Nil(t, in.State.Problem)
}

// While there is another plan, the series does not look for repositories to catch up: the plan may
// add their samples.
func TestCatchUpFollowsOtherPlans(t *testing.T) {
	t.Parallel()
	ledger := newLedger(10)
	in := seriesInput()
	in.State.CatchUpDue = true
	now := anchor.Add(time.Minute)
	for range 2 {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
		require.True(t, in.State.CatchUpDue)
	}
	require.Zero(t, ledger.catchUps)
}
