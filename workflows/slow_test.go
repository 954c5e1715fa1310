package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// While the search of one repository takes very long, all others of its page are searched.
func TestSlowRepositoryDelaysNoOtherOfItsPage(t *testing.T) {
	t.Parallel()
	ledger := newLedger(30)
	ledger.perBatch, ledger.perPage, ledger.window = 1, 30, 4
	r := newRun(t, ledger, anchor.Add(time.Minute))
	r.env.OnActivity("Samples", mock.Anything, mock.MatchedBy(func(in activities.Range) bool { return in.From == 2 })).
		Return(ledger.Samples).After(2 * time.Hour)
	r.env.OnActivity("Samples", mock.Anything, mock.Anything).Return(ledger.Samples)
	r.env.RegisterDelayedCallback(func() {
		status := r.status()
		require.Equal(t, contract.Running, status.State)
		require.Equal(t, 1, status.InFlight)
		require.Equal(t, insights.Completeness{Planned: 90, Counted: 87, Pending: 3}, status.Completeness)
	}, time.Hour)
	in := r.untilNext(seriesInput())
	require.Equal(t, insights.Completeness{Planned: 90, Counted: 90}, in.State.Tally)
}
