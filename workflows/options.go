package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/workflows/contract"
)

// The ways to run an activity. All timeouts and numbers of attempts of this package are here; those
// that decide what a series does next are in package machine.

// planning writes plans: bulk SQL with a heartbeat after every slice. It has no limit of attempts,
// because only infrastructure fails here in a way that can be retried; bad input and repeated
// defects are not retryable (package activities, errors.go).
func planning(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: contract.Queue,
		// About what 36,000 repositories × 1,000 frames take. The next attempt continues the plan.
		StartToCloseTimeout: 30 * time.Minute,
		// A slice of the plan takes well under a second; this is ten times a slow one.
		HeartbeatTimeout:    30 * time.Second,
		WaitForCancellation: true,
		RetryPolicy:         forever,
		Summary:             summary,
	})
}

// ledger reads or writes a few rows or an aggregate.
func ledger(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: contract.Queue,
		// The tally of a series of 400,000 samples takes about 0.1 s.
		StartToCloseTimeout: time.Minute,
		RetryPolicy:         forever,
		Summary:             summary,
	})
}

// searching searches a batch or a repository. It has few attempts: what keeps failing is unfolded
// into smaller parts, and the workflow repeats what infrastructure caused (whileUnavailable).
func searching(ctx workflow.Context, queue, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, search(queue, summary, 3))
}

// searchingFrame searches one sample. It has more attempts, because the sample fails after the last.
func searchingFrame(ctx workflow.Context, queue, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, search(queue, summary, 5))
}

// pruning deletes a bounded number of rows, with a heartbeat after every slice.
func pruning(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: contract.Queue,
		// An attempt ends by itself after 20 seconds and a slice; this is more than ten times that.
		StartToCloseTimeout: 5 * time.Minute,
		HeartbeatTimeout:    30 * time.Second,
		WaitForCancellation: true,
		RetryPolicy:         forever,
		Summary:             summary,
	})
}

func search(queue, summary string, attempts int32) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue: queue,
		// A first search of a large monorepo's history. The next attempt continues from the ledger.
		StartToCloseTimeout: 2 * time.Hour,
		// The search sends a heartbeat at least every second. This is when a killed worker is noticed.
		HeartbeatTimeout: 15 * time.Second,
		// A pause has ended when the search has ended, not when the search was told to end.
		WaitForCancellation: true,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: attempts},
		Summary:             summary,
	}
}

// syncing clones or fetches a repository.
func syncing(ctx workflow.Context, queue, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue,
		// The first clone of a large repository over a slow connection.
		StartToCloseTimeout: 2 * time.Hour,
		HeartbeatTimeout:    30 * time.Second,
		WaitForCancellation: true,
		// The activity records errors of a repository and returns only others. They get one more
		// attempt here, and the next sync.
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumAttempts: 2},
		Summary:     summary,
	})
}

// forever backs off to a minute, which notices soon that a database is back and does not overload it.
var forever = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute}

const (
	// window is the largest number of children of a workflow in flight: far below the 100 events
	// that may be buffered during one workflow task, at up to 2 events a child.
	window = 40
	// unfoldWindow is the same for the parts of a batch; they share the same few search slots.
	unfoldWindow = 12
	// syncWindow is the number of activities of a sync in flight, unless a setting says otherwise.
	syncWindow = 8
	// firstWait and longestWait bound the wait before a search is repeated that infrastructure ended.
	firstWait   = 5 * time.Second
	longestWait = 2 * time.Minute
	// startAttempts and startWait bound the wait for an older child of the same id to end.
	startAttempts = 6
	startWait     = 2 * time.Second
	// shortestRun is the least time that a run lasts. The server delays the next run of a workflow
	// that continues as new within a second, and nothing answers queries in that time; a run that
	// waits here answers them.
	shortestRun = 1100 * time.Millisecond
	// tellAgainAfter is the wait before series are told again to take a snapshot. It is longer than
	// the time between two runs of a series.
	tellAgainAfter = 5 * time.Second
)
