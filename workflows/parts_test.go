package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// The first part of a long plan is searched before the rest is written, and nothing is planned twice or left out.
func TestLongBackfillIsSearchedWhileItIsPlanned(t *testing.T) {
	t.Parallel()
	ledger := newLedger(7) // pages of 4 repositories in batches of 2
	ledger.firstPart = 3
	in, now := seriesInput(), anchor.Add(time.Minute)
	for run, want := range []insights.Completeness{
		{Planned: 9, Counted: 9},
		{Planned: 21, Counted: 21},
	} {
		r := newRun(t, ledger, now)
		in = r.untilNext(in)
		now = r.env.Now()
		require.Equal(t, want, in.State.Tally, "run %d", run)
		require.Equal(t, ledger.now(), in.State.Tally)
		require.Equal(t, run, ledger.rests)
	}
	require.Nil(t, in.State.Backfill)
	require.Len(t, ledger.plans, 1)
}

// A backfill that is cancelled half-written is written, so that a retry has something to take up, and then ended.
func TestCancelOfAHalfWrittenBackfillEndsAllOfIt(t *testing.T) {
	t.Parallel()
	ledger := newLedger(7)
	ledger.firstPart = 3
	r := newRun(t, ledger, anchor.Add(time.Minute))
	in := r.untilNext(seriesInput())
	require.True(t, in.State.Backfill.Writing)
	in.State.Backfill.Cancelled = &contract.PausedBy{By: "somebody"}
	r = newRun(t, ledger, r.env.Now())
	in = r.untilNext(in)
	require.Nil(t, in.State.Backfill)
	require.Len(t, ledger.cancels, 1)
	require.Equal(t, insights.Completeness{Planned: 21, Counted: 9, Failed: 12}, in.State.Tally)
}
