package workflows_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// The product relies on the server: of the searches that wait for a slot, one of the highest
// priority is next, and series of the same priority share the slots equally. Otherwise a small
// series waits for all searches that a large one has queued.
func TestServerHasPriorityAndFairness(t *testing.T) {
	t.Parallel()
	s := newServer(t, newLedger(1))
	const queue = "turns"
	var mu sync.Mutex
	var order []string
	work := func(_ context.Context, who string) error {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, who)
		return nil
	}
	enqueue := func(ctx workflow.Context, who string, n int) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			TaskQueue: queue, StartToCloseTimeout: time.Minute,
		})
		var all []workflow.Future
		for range n {
			all = append(all, workflow.ExecuteActivity(ctx, "work", who))
		}
		for _, one := range all {
			if err := one.Get(ctx, nil); err != nil {
				return err
			}
		}
		return nil
	}
	director := worker.New(s.client, "turns-workflows", worker.Options{})
	director.RegisterWorkflowWithOptions(enqueue, workflow.RegisterOptions{Name: "enqueue"})
	require.NoError(t, director.Start())
	t.Cleanup(director.Stop)
	var runs []client.WorkflowRun
	for i, one := range []struct {
		who         string
		n, priority int
	}{{"large", 60, 4}, {"small", 3, 4}, {"back", 2, 5}, {"recording", 2, 1}} {
		run, err := s.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
			ID: fmt.Sprintf("turns-%d", i), TaskQueue: "turns-workflows",
			// the workflow's activities inherit this priority
			Priority: temporal.Priority{PriorityKey: one.priority, FairnessKey: one.who},
		}, "enqueue", one.who, one.n)
		require.NoError(t, err)
		runs = append(runs, run)
		// All of them wait before a worker polls.
		require.Eventually(t, func() bool {
			described, err := s.client.DescribeWorkflowExecution(t.Context(), run.GetID(), "")
			require.NoError(t, err)
			return len(described.GetPendingActivities()) == one.n
		}, patience, 10*time.Millisecond)
	}
	// The server hands its tasks to the queue some time after the workflows see them as pending.
	require.Eventually(t, func() bool {
		described, err := s.client.WorkflowService().DescribeTaskQueue(t.Context(), &workflowservice.DescribeTaskQueueRequest{
			Namespace: s.namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: queue},
			TaskQueueType: enumspb.TASK_QUEUE_TYPE_ACTIVITY, ReportStats: true,
		})
		require.NoError(t, err)
		return described.GetStats().GetApproximateBacklogCount() == 67
	}, patience, 10*time.Millisecond)
	one := worker.New(s.client, queue, worker.Options{MaxConcurrentActivityExecutionSize: 1, MaxConcurrentActivityTaskPollers: 1, DisableWorkflowWorker: true})
	one.RegisterActivityWithOptions(work, activity.RegisterOptions{Name: "work"})
	require.NoError(t, one.Start())
	t.Cleanup(one.Stop)
	for _, run := range runs {
		require.NoError(t, run.Get(t.Context(), nil))
	}
	require.Len(t, order, 67)
	require.Equal(t, []string{"recording", "recording"}, order[:2], "recordings first")
	require.Equal(t, []string{"back", "back"}, order[65:], "the series at the back last")
	last := 0
	for i, who := range order {
		if who == "small" {
			last = i
		}
	}
	require.Less(t, last, 10, "a small series waits for a few searches, not for the 60 before it: %v", order)
}

// Moving a series in the queue queues its searches again and loses nothing. The position holds
// until no work on past times is left.
func TestMovedSeriesQueuesItsSearchesAnew(t *testing.T) {
	t.Parallel()
	ledger := newLedger(4)
	var free atomic.Bool
	ledger.before = func(ctx context.Context, in activities.Range) error {
		// A search that has begun ends too when free is set.
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			for !free.Load() && ctx.Err() == nil {
				time.Sleep(10 * time.Millisecond)
			}
			stop()
		}()
		if err := untilCancelled(ctx, in); !free.Load() {
			return err
		}
		return nil
	}
	s := newServer(t, ledger)
	series := storedSeries("moved", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	searchesAt := func(priority int32) {
		t.Helper()
		require.Eventually(t, func() bool {
			for from := int64(1); from <= 3; from += 2 {
				described, err := s.client.DescribeWorkflowExecution(t.Context(), contract.RepositoryID(series.ID, 1, from, from+1), "")
				// The search of the batch inherits this priority.
				inherited := described.GetWorkflowExecutionInfo().GetPriority()
				if err != nil || len(described.GetPendingActivities()) != 1 || inherited.GetPriorityKey() != priority {
					return false
				}
				require.Equal(t, series.ID, inherited.GetFairnessKey())
			}
			return true
		}, patience, 20*time.Millisecond)
	}
	searchesAt(4)
	status, err := s.workflows.Send(t.Context(), series.ID, contract.Front, contract.Command{By: "ann"})
	require.NoError(t, err)
	require.Equal(t, contract.QueueFront, status.QueuePosition)
	searchesAt(3)
	require.NoError(t, s.client.SignalWorkflow(t.Context(), contract.SeriesID(series.ID), "", contract.Back, nil))
	searchesAt(5)
	free.Store(true)
	status = s.asleep(series.ID)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 12}, status.Completeness)
	require.Equal(t, contract.QueueDefault, status.QueuePosition, "no work is left in the queue")
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Back, contract.Command{})
	require.Equal(t, insights.Conflict, insights.ErrorCode(err))
}
