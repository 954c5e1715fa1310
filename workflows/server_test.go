package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/devstack/devstacktest"
	"github.com/backsight/backsight/workflows"
	"github.com/backsight/backsight/workflows/contract"
)

const patience = time.Minute

// server is a namespace of a real Temporal server, with workers that run this package's workflows
// and a fakeLedger.
type server struct {
	t         *testing.T
	client    client.Client
	namespace string
	workflows *contract.Client
	ledger    *fakeLedger
	worker    worker.Worker // of contract.Queue
}

var serverNumber atomic.Int64

func newServer(t *testing.T, ledger *fakeLedger) *server {
	t.Helper()
	address := devstacktest.StartTemporal(t)
	namespace := fmt.Sprintf("workflows-test-%d", serverNumber.Add(1))
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	admin, err := client.NewNamespaceClient(client.Options{HostPort: address, Logger: quiet})
	require.NoError(t, err)
	defer admin.Close()
	require.NoError(t, admin.Register(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}))
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace, Logger: quiet, Identity: "test"})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	s := &server{t: t, client: c, namespace: namespace, workflows: contract.NewClient(c, namespace), ledger: ledger}
	require.NoError(t, s.workflows.EnsureSearchAttributes(t.Context()))
	require.NoError(t, s.workflows.EnsureSearchAttributes(t.Context()), "a second time")
	for _, queue := range []string{contract.Queue, contract.SearchQueue, contract.SyncQueue} {
		s.serve(queue)
	}
	return s
}

// serve starts a worker for a queue.
func (s *server) serve(queue string) {
	s.t.Helper()
	w := worker.New(s.client, queue, worker.Options{
		MaxHeartbeatThrottleInterval: 100 * time.Millisecond, WorkflowPanicPolicy: worker.FailWorkflow, Interceptors: workflows.Interceptors(),
	})
	if queue == contract.Queue {
		workflows.Register(w)
		s.worker = w
	}
	s.ledger.register(w)
	require.NoError(s.t, w.Start())
	s.t.Cleanup(w.Stop)
}

// storedSeries returns a series whose anchor is the given duration before now.
func storedSeries(id string, ago time.Duration) insights.Series {
	return insights.Series{
		ID: id, Query: "TODO", Method: insights.Search,
		Grid: insights.NewGrid(time.Now().Add(-ago), insights.Interval{Unit: insights.Day, Value: 1}, 3),
	}
}

func (s *server) status(id string) contract.Status {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	status, err := s.workflows.Status(ctx, id)
	require.NoError(s.t, err)
	require.NoError(s.t, status.Completeness.Check())
	return status
}

func (s *server) until(id string, is func(contract.Status) bool) contract.Status {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		status := s.status(id)
		if is(status) {
			return status
		}
		require.Less(s.t, time.Now(), deadline, "status %+v", status)
	}
}

func (s *server) asleep(id string) contract.Status {
	s.t.Helper()
	return s.until(id, func(status contract.Status) bool { return status.State == contract.Sleeping })
}

// run starts a workflow and waits for its end.
func (s *server) run(id, workflow string, in any) (client.WorkflowRun, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	started, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: contract.Queue}, workflow, in)
	require.NoError(s.t, err)
	return started, started.Get(ctx, nil)
}

// histories returns the histories of all runs of a workflow, first run first. The last may be open.
func (s *server) histories(id, firstRun string) (all []*historypb.History) {
	s.t.Helper()
	for runID := firstRun; runID != ""; {
		history := &historypb.History{}
		events := s.client.GetWorkflowHistory(s.t.Context(), id, runID, false, 0)
		runID = ""
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(s.t, err)
			history.Events = append(history.Events, event)
			if next := event.GetWorkflowExecutionContinuedAsNewEventAttributes(); next != nil {
				runID = next.GetNewExecutionRunId()
			}
		}
		all = append(all, history)
	}
	return all
}

// settled waits until a series sleeps in a run that has done no work, and returns the histories of
// all its runs.
func (s *server) settled(series insights.Series) (runs []*historypb.History) {
	s.t.Helper()
	s.asleep(series.ID)
	id := contract.SeriesID(series.ID)
	require.Eventually(s.t, func() bool {
		runs = s.histories(id, s.firstRun(id))
		last := runs[len(runs)-1]
		return len(runs) > 1 && last.Events[len(last.Events)-1].GetTimerStartedEventAttributes() != nil && len(last.Events) < 20
	}, patience, 100*time.Millisecond)
	return runs
}

// firstRun returns the id of a workflow's first run.
func (s *server) firstRun(id string) string {
	s.t.Helper()
	described, err := s.client.DescribeWorkflowExecution(s.t.Context(), id, "")
	require.NoError(s.t, err)
	return described.GetWorkflowExecutionInfo().GetFirstRunId()
}

// untilCancelled is a search that ends only when it is cancelled.
func untilCancelled(ctx context.Context, _ activities.Range) error {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			activity.RecordHeartbeat(ctx)
		}
	}
}

// A series loses and refuses no message that arrives between two runs.
func TestNoMessageIsLostAtContinueAsNew(t *testing.T) {
	t.Parallel()
	ledger := newLedger(6)
	ledger.perPage, ledger.perBatch = 1, 1 // one run for each repository
	s := newServer(t, ledger)
	series := storedSeries("storm", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"), "a second time")

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	id := contract.SeriesID(series.ID)
	for i := 0; s.status(series.ID).State != contract.Sleeping; i++ {
		reason := fmt.Sprint(i)
		if i%2 == 0 {
			require.NoError(t, s.client.SignalWorkflow(ctx, id, "", contract.Pause, contract.Command{Reason: reason}))
		} else {
			_, err := s.workflows.Send(ctx, series.ID, contract.Pause, contract.Command{Reason: reason})
			require.NoError(t, err)
		}
		paused := s.until(series.ID, func(status contract.Status) bool { return status.State == contract.Paused })
		require.Equal(t, reason, paused.Paused.Reason)
		status, err := s.workflows.Send(ctx, series.ID, contract.Resume, contract.Command{})
		require.NoError(t, err)
		require.Nil(t, status.Paused)
		// Let the series reach the next run, or every pause would come before its first step.
		run := s.currentRun(id)
		s.until(series.ID, func(status contract.Status) bool {
			return s.currentRun(id) != run || status.State == contract.Sleeping
		})
	}
	require.Equal(t, insights.Completeness{Planned: 18, Counted: 18}, s.status(series.ID).Completeness)
	require.Greater(t, len(s.histories(id, s.firstRun(id))), 3)
}

// In a run that 0.1.0 started, the pause wins over signals that are delivered together with it.
func TestPauseWinsOverSignalsThatArriveWithIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, newLedger(1))
	series := storedSeries("together", 0)
	const queue = "later"
	start := client.StartWorkflowOptions{ID: contract.SeriesID(series.ID), TaskQueue: queue}
	_, err := s.client.SignalWithStartWorkflow(t.Context(), start.ID, contract.Pause, contract.Command{By: "ann"}, start,
		contract.SeriesWorkflowName, contract.SeriesStart{SeriesID: series.ID, Grid: series.Grid})
	require.NoError(t, err)
	for _, message := range []string{contract.Resume, contract.Retry, contract.Trigger} {
		require.NoError(t, s.client.SignalWorkflow(t.Context(), start.ID, "", message, nil))
	}
	later := worker.New(s.client, queue, worker.Options{Interceptors: workflows.Interceptors()})
	workflows.Register(later)
	require.NoError(t, later.Start())
	t.Cleanup(later.Stop)
	require.Equal(t, "ann", s.until(series.ID, func(status contract.Status) bool { return status.State == contract.Paused }).Paused.By)
	for _, history := range s.histories(start.ID, s.firstRun(start.ID)) {
		for _, event := range history.Events {
			require.Nil(t, event.GetActivityTaskScheduledEventAttributes(), "a paused series begins no plan")
		}
	}
}

func TestOperatorsSeeWhatASeriesIs(t *testing.T) {
	t.Parallel()
	s := newServer(t, newLedger(6))
	series := storedSeries("seen", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "Open tasks"))
	s.asleep(series.ID)
	id := contract.SeriesID(series.ID)
	// The test is about a run after the first that has nothing left to do.
	require.Eventually(t, func() bool {
		description, err := s.client.DescribeWorkflow(t.Context(), id, "")
		require.NoError(t, err)
		state, _ := description.TypedSearchAttributes.GetKeyword(contract.AttributeState)
		return state == string(contract.Sleeping) && s.currentRun(id) != s.firstRun(id)
	}, patience, 10*time.Millisecond)

	description, err := s.client.DescribeWorkflow(t.Context(), id, "")
	require.NoError(t, err)
	// The server does not copy the static summary to the next run. Memo and details are in each.
	title := ""
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(description.Memo.GetFields()["title"], &title))
	require.Equal(t, "Open tasks", title)
	metadata, err := s.client.QueryWorkflow(t.Context(), id, "", "__temporal_workflow_metadata")
	require.NoError(t, err)
	var told sdkpb.WorkflowMetadata
	require.NoError(t, metadata.Get(&told))
	require.Contains(t, told.GetCurrentDetails(), "Open tasks")
	require.Contains(t, told.GetCurrentDetails(), "| 18 | 18 |")
	percent, _ := description.TypedSearchAttributes.GetInt64(contract.AttributePercent)
	require.EqualValues(t, 100, percent)
	name, _ := description.TypedSearchAttributes.GetKeyword(contract.AttributeSeries)
	require.Equal(t, series.ID, name)
}

func (s *server) currentRun(id string) string {
	s.t.Helper()
	described, err := s.client.DescribeWorkflowExecution(s.t.Context(), id, "")
	require.NoError(s.t, err)
	return described.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

func TestClientSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newServer(t, newLedger(1))
	ctx := t.Context()
	_, err := s.workflows.Status(ctx, "unknown")
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
	_, err = s.workflows.Send(ctx, "unknown", contract.Pause, contract.Command{})
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
	require.NoError(t, s.workflows.StopSeries(ctx, "unknown"))
	require.Eventually(t, func() bool { // a worker that has just started may not have polled yet
		polling, err := s.workflows.WorkerPolling(ctx)
		return err == nil && polling
	}, patience, 20*time.Millisecond)

	dead, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1", Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	require.NoError(t, err)
	defer dead.Close()
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err = contract.NewClient(dead, "").Status(short, "any")
	require.Equal(t, insights.Unavailable, insights.ErrorCode(err))
}

func TestScheduleFollowsTheSetting(t *testing.T) {
	t.Parallel()
	s := newServer(t, newLedger(1))
	ctx := t.Context()
	handle := s.client.ScheduleClient().GetHandle(ctx, contract.SyncSchedule)
	require.NoError(t, s.workflows.EnsureSchedule(ctx, contract.SyncSchedule, 0), "none to pause")
	for _, every := range []time.Duration{5 * time.Minute, 5 * time.Minute, time.Hour, 0, time.Hour} {
		require.NoError(t, s.workflows.EnsureSchedule(ctx, contract.SyncSchedule, every))
		description, err := handle.Describe(ctx)
		require.NoError(t, err)
		require.Equal(t, every == 0, description.Schedule.State.Paused)
		if every != 0 {
			require.Equal(t, every, description.Schedule.Spec.Intervals[0].Every)
		}
	}
	// The pause of an operator stays.
	require.NoError(t, handle.Pause(ctx, client.SchedulePauseOptions{Note: "maintenance"}))
	require.NoError(t, s.workflows.EnsureSchedule(ctx, contract.SyncSchedule, 2*time.Hour))
	description, err := handle.Describe(ctx)
	require.NoError(t, err)
	require.True(t, description.Schedule.State.Paused)
	require.NoError(t, s.workflows.Sync(ctx, 0))
	require.NoError(t, s.client.GetWorkflow(ctx, "sync/now", "").Get(ctx, nil))
}

var errCrashed = errors.New("the search crashed")
