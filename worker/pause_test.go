package worker_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// slowSeries returns a backfill of 6 repositories × 5 samples that takes about 10 seconds, because
// of limits, so that a test can stop it midway. It returns after the first samples are written.
func slowSeries(t *testing.T, s *testStack, batchCost, frameBudget string) (series insights.Series, stop func()) {
	t.Helper()
	grid := months(5)
	for i := range 6 {
		s.addRepository(fmt.Sprintf("acme/%d", i), historyRepository(t, grid.Anchor, i+5, i+4, i+3, i+2, i+1))
	}
	s.set(store.SettingBatchCost, batchCost)
	s.set(store.SettingFrameBudget, frameBudget)
	s.set(store.SettingFrameRate, "3")
	series = s.create(insights.Series{Query: "TODO", Grid: grid})
	stop = s.work()
	s.eventually(series, "a first sample", func() bool { return s.ledgerOf(series).Done() > 0 })
	return series, stop
}

func (s *testStack) ledgerOf(series insights.Series) insights.Completeness {
	s.t.Helper()
	tally, err := s.store.Samples.Completeness(s.t.Context(), series.ID)
	require.NoError(s.t, err)
	return tally
}

// requireAllCounted asserts the result of slowSeries, whatever happened while it ran.
func (s *testStack) requireAllCounted(series insights.Series) {
	s.t.Helper()
	s.set(store.SettingFrameRate, "0")
	status := s.asleep(series)
	require.Equal(s.t, insights.Completeness{Planned: 30, Counted: 30}, status.Completeness)
	var values []float64
	for _, p := range s.points(series) {
		values = append(values, p.Value)
	}
	require.Equal(s.t, []float64{21, 27, 33, 39, 45}, values)
}

// requireAtRest asserts that a paused series has no child workflow and no activity, and that its
// tallies agree.
func (s *testStack) requireAtRest(series insights.Series, status contract.Status) {
	s.t.Helper()
	require.Zero(s.t, status.InFlight)
	require.NotZero(s.t, status.Completeness.Pending, "the pause came too late for this test")
	s.agree(series, status)
	described, err := s.client.DescribeWorkflowExecution(s.t.Context(), contract.SeriesID(series.ID), "")
	require.NoError(s.t, err)
	require.Empty(s.t, described.GetPendingChildren())
	require.Empty(s.t, described.GetPendingActivities())
}

func TestPauseByBareSignalAndResumeByUpdate(t *testing.T) {
	t.Parallel()
	for _, shape := range []struct{ name, batchCost, frameBudget string }{{"folded", "800", "20000"}, {"literal", "0", "0"}} {
		t.Run(shape.name, func(t *testing.T) {
			s := newStack(t)
			series, _ := slowSeries(t, s, shape.batchCost, shape.frameBudget)

			// What `temporal workflow signal --name pause` sends: no input.
			_, err := s.client.WorkflowService().SignalWorkflowExecution(t.Context(), &workflowservice.SignalWorkflowExecutionRequest{
				Namespace: s.namespace, SignalName: contract.Pause,
				WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: contract.SeriesID(series.ID)},
			})
			require.NoError(t, err)
			var status contract.Status
			s.eventually(series, "a pause", func() bool {
				status = s.status(series)
				return status.State == contract.Paused
			})
			s.requireAtRest(series, status)
			require.NotNil(t, status.Paused)
			require.Empty(t, status.Paused.By)

			// A second pause does not replace the first.
			status, err = s.workflows.Send(t.Context(), series.ID, contract.Pause, contract.Command{By: "bob", Reason: "me too"})
			require.NoError(t, err)
			require.Equal(t, contract.Paused, status.State)
			require.Empty(t, status.Paused.By)

			status, err = s.workflows.Send(t.Context(), series.ID, contract.Resume, contract.Command{By: "ann"})
			require.NoError(t, err)
			require.Equal(t, contract.Running, status.State)
			require.Nil(t, status.Paused)
			s.requireAllCounted(series)
		})
	}
}

func TestPauseByUpdateAndResumeBySignal(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	series, _ := slowSeries(t, s, "10", "20000")

	status, err := s.workflows.Send(t.Context(), series.ID, contract.Pause, contract.Command{By: "ann", Reason: "lunch"})
	require.NoError(t, err)
	require.Contains(t, []contract.State{contract.Pausing, contract.Paused}, status.State)
	require.Equal(t, "ann", status.Paused.By)
	require.Equal(t, "lunch", status.Paused.Reason)
	s.eventually(series, "a pause", func() bool {
		status = s.status(series)
		return status.State == contract.Paused
	})
	s.requireAtRest(series, status)

	require.NoError(t, s.client.SignalWorkflow(t.Context(), contract.SeriesID(series.ID), "", contract.Resume, "back from lunch"))
	s.requireAllCounted(series)
}

// A worker that is asked to stop ends its searches, and another worker continues from the ledger.
func TestWorkerStopsGracefullyAndAnotherContinues(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	series, stop := slowSeries(t, s, "800", "20000")
	stop()
	done := s.ledgerOf(series)
	require.NotZero(t, done.Pending, "the stop came too late for this test")
	require.NoError(t, done.Check())
	s.work()
	s.requireAllCounted(series)
}

// Deleting an insight stops the workflow of its series and the children of that workflow.
func TestDeletedSeriesIsStopped(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	series, _ := slowSeries(t, s, "0", "20000")
	views, err := s.store.Views.List(t.Context(), store.ViewFilter{})
	require.NoError(t, err)
	require.Len(t, views, 1)
	require.NoError(t, s.store.Views.Delete(t.Context(), views[0].ID))
	err = s.client.GetWorkflow(t.Context(), contract.SeriesID(series.ID), "").Get(t.Context(), nil)
	require.ErrorContains(t, err, "canceled")
	s.eventually(series, "an empty outbox", func() bool {
		left, err := s.store.Series.ToStop(t.Context())
		require.NoError(t, err)
		return len(left) == 0
	})
	require.NotZero(t, s.ledgerOf(series).Pending)
}

// If an operator terminates or cancels a child, its samples fail and the series continues.
func TestTerminatedChildFailsOnlyItsSamples(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	series, _ := slowSeries(t, s, "0", "20000")
	// With two slots and six repositories, several searches wait for a slot. A running search would
	// continue for a second after its workflow has ended, and settle some of its samples. So the
	// test terminates the last of the waiting searches, which gets no slot in the meantime.
	var id string
	s.eventually(series, "two waiting repositories", func() bool {
		waiting := 0
		for repository := int64(1); repository <= 6; repository++ {
			one := contract.RepositoryID(series.ID, 1, repository, repository)
			described, err := s.client.DescribeWorkflowExecution(t.Context(), one, "")
			if err == nil && len(described.GetPendingActivities()) == 1 &&
				described.GetPendingActivities()[0].GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
				id = one
				waiting++
			}
		}
		return waiting >= 2
	})
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), id, "", "a test"))
	s.set(store.SettingFrameRate, "0")
	status := s.asleep(series)
	require.EqualValues(t, 30, status.Completeness.Planned)
	require.EqualValues(t, 25, status.Completeness.Counted)
	require.EqualValues(t, 5, status.Completeness.Failed)
	reasons, err := s.store.Samples.Reasons(t.Context(), series.ID, store.Administrator)
	require.NoError(t, err)
	require.Equal(t, insights.ReasonTerminated, reasons[0].Code)
	require.Less(t, time.Now(), status.NextRecordingAt)
}

// Lost connections to the database cost time and change no result.
func TestLostDatabaseConnectionsChangeNoResult(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	config := s.pool.Config().Copy()
	config.ConnConfig.RuntimeParams["application_name"] = "disconnected"
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	s.worker = store.New(pool)
	series, _ := slowSeries(t, s, "0", "0")
	for range 5 {
		before := s.ledgerOf(series).Done()
		s.eventually(series, "a connection to cut", func() bool {
			cut := 0
			require.NoError(t, s.pool.QueryRow(t.Context(),
				`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'disconnected'`).Scan(&cut))
			return cut > 0
		})
		s.eventually(series, "progress", func() bool {
			tally := s.ledgerOf(series)
			return tally.Done() > before || tally.Pending == 0
		})
	}
	s.requireAllCounted(series)
}
