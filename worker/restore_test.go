package worker_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// Temporal's state is lost and that of Postgres is not. docs/operations.md says how to start every
// series anew. No sample in the ledger is searched again, and the charts do not change.
func TestSeriesStartAnewWhenTemporalIsLost(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	grid := months(4)
	s.addRepository("acme/a", historyRepository(t, grid.Anchor, 4, 3, 2, 1))
	s.addRepository("acme/young", historyRepository(t, grid.Anchor, 7, -1, -1, -1))
	series := s.create(insights.Series{Query: "TODO", Grid: grid})
	s.work()
	before := s.asleep(series)
	attempts, points := s.attempts(series), s.points(series)

	require.NoError(t, s.client.TerminateWorkflow(t.Context(), contract.SeriesID(series.ID), "", "simulate a lost Temporal"))
	_, err := s.pool.Exec(t.Context(), `UPDATE insight_series SET workflow_started_at = NULL WHERE deleted_at IS NULL`)
	require.NoError(t, err)
	s.eventually(series, "a new start", func() bool {
		stored, err := s.store.Series.ToStart(t.Context())
		require.NoError(t, err)
		return len(stored) == 0
	})
	after := s.asleep(series)
	require.Equal(t, before.Completeness, after.Completeness)
	require.Equal(t, before.NextRecordingAt, after.NextRecordingAt)
	require.Equal(t, attempts, s.attempts(series), "nothing was searched again")
	require.Empty(t, cmp.Diff(points, s.points(series)))
}

// An operator has terminated the workflow. Every command returns NotFound, so that the API can
// start the workflow anew.
func TestCommandToAnEndedWorkflowReturnsNotFound(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	series := s.create(insights.Series{Query: "TODO", Grid: months(2)})
	s.work()
	s.asleep(series)
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), contract.SeriesID(series.ID), "", "by hand"))
	for _, message := range []string{contract.Pause, contract.Retry, contract.Trigger} {
		_, err := s.workflows.Send(t.Context(), series.ID, message, contract.Command{})
		require.Equal(t, insights.NotFound, insights.ErrorCode(err), "%s: %v", message, err)
	}
}
