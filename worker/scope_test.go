package worker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// A repository that is registered later gets a catch-up backfill. The chart then equals that of a
// series that had the repository from the start.
func TestNewRepositoryGetsACatchUpBackfill(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(3)
	s.addRepository("acme/first", historyRepository(t, grid.Anchor, 3, 2, 1))
	series := s.create(insights.Series{Query: "TODO", Scope: insights.Scope{Criteria: "repo:^acme/"}, Grid: grid})
	s.work()
	require.Equal(t, insights.Completeness{Planned: 3, Counted: 3}, s.asleep(series).Completeness)
	s.addRepository("acme/added", historyRepository(t, grid.Anchor, 30, 20))
	s.addRepository("elsewhere/stays", historyRepository(t, grid.Anchor, 300))
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Trigger, contract.Command{By: "ann"})
	require.NoError(t, err)
	s.eventually(series, "a larger plan", func() bool { return s.ledgerOf(series).Done() == 6 })
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 5, Absent: 1}, s.asleep(series).Completeness)
	whole := s.create(insights.Series{Query: "TODO", Scope: insights.Scope{Criteria: "repo:^acme/ repo:."}, Grid: grid})
	s.asleep(whole)
	require.Empty(t, cmp.Diff(s.points(whole), s.points(series)))

	plans, err := s.store.Plans.List(t.Context(), series.ID, 0)
	require.NoError(t, err)
	require.Equal(t, insights.CatchUpPlan, plans[0].Kind)
	require.Equal(t, "came into scope after the backfill: acme/added", plans[0].Note)
	require.NotNil(t, plans[0].CompletedAt)
	require.Len(t, plans[0].Times, 3)

	// A second trigger plans no second catch-up backfill.
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Trigger, contract.Command{By: "ann"})
	require.NoError(t, err)
	s.asleep(series)
	again, err := s.store.Plans.List(t.Context(), series.ID, 0)
	require.NoError(t, err)
	require.Len(t, again, len(plans))
}

// A removed repository still counts at past times, and is in no later recording.
func TestRemovedRepositoryCountsOnlyAtPastTimes(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := insights.NewGrid(time.Now().AddDate(0, 0, -2).Add(-time.Hour), insights.Interval{Unit: insights.Day, Value: 1}, 2)
	s.addRepository("acme/stays", historyRepository(t, grid.Anchor, 2))
	s.addRepository("acme/goes", historyRepository(t, grid.Anchor, 5))
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	// The test writes the backfill itself, as a worker would have done two days ago. Two recordings
	// became due since then, while no worker ran.
	number, err := s.store.Plans.Begin(t.Context(), store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: grid.Frames()})
	require.NoError(t, err)
	_, _, err = s.store.Plans.WriteSlice(t.Context(), series.ID, number, store.ScopeFilter{}, 10, true)
	require.NoError(t, err)
	require.NoError(t, s.store.Repositories.Remove(t.Context(), "acme/goes"))
	pending, err := s.store.Samples.Pending(t.Context(), series.ID, number, 0, 1<<31)
	require.NoError(t, err)
	for i := range pending {
		pending[i].Outcome, pending[i].Value, pending[i].Commit = insights.Counted, 5, strings.Repeat("ab", 20)
	}
	require.NoError(t, s.store.Samples.Write(t.Context(), series.ID, number, pending))
	s.work()
	s.asleep(series)
	var values []float64
	var planned []int64
	for _, p := range s.points(series) {
		values, planned = append(values, p.Value), append(planned, p.Coverage.Planned)
	}
	require.Equal(t, []float64{10, 10, 2, 2}, values)
	require.Equal(t, []int64{2, 2, 1, 1}, planned)
}
