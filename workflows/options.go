package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/workflows/contract"
)

// The ways to run an activity. All timeouts and numbers of attempts of this package are here; those
// that decide what a series does next are in package machine. Summaries are for the Temporal UI.

// forever retries without limit, at intervals that grow to a minute: short enough to notice soon
// that a database is back, and long enough not to overload it.
var forever = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute}

// ledger returns the options of an activity that reads or writes a few rows or reads a sum. The
// tally of a series of 400,000 samples takes about 0.1 s.
func ledger(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: contract.Queue, StartToCloseTimeout: time.Minute, RetryPolicy: forever, Summary: summary,
	})
}

// planning returns the options of an activity that writes plans: bulk SQL with a heartbeat after
// every slice. It has no limit of attempts, because only infrastructure fails here in a way that
// can be retried; bad input and repeated defects are not retryable (package activities, errors.go).
// 36,000 repositories × 1,000 frames take about half an hour, and the next attempt continues the
// plan. A slice takes well under a second; the heartbeat timeout is ten times a slow one.
func planning(ctx workflow.Context, summary string) workflow.Context {
	return long(ctx, contract.Queue, summary, 30*time.Minute, 30*time.Second, forever)
}

// pruning returns the options of an activity that deletes a bounded number of rows, with a
// heartbeat after every slice. An attempt ends by itself after 20 seconds plus the time of one
// slice; the timeout is more than ten times that.
func pruning(ctx workflow.Context, summary string) workflow.Context {
	return long(ctx, contract.Queue, summary, 5*time.Minute, 30*time.Second, forever)
}

// searching returns the options of an activity that searches samples. A first search of a large
// monorepo's history may take hours, and the next attempt continues from the ledger. The activity
// sends a heartbeat every second, and the server notices a killed worker after 15 seconds.
func searching(ctx workflow.Context, queue, summary string, attempts int32) workflow.Context {
	return long(ctx, queue, summary, 2*time.Hour, 15*time.Second, &temporal.RetryPolicy{
		InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: attempts,
	})
}

// syncing returns the options of an activity that clones or fetches a repository, or reads local
// ones. The first clone of a large repository over a slow connection may take hours. The activity
// records errors of a repository and returns only other errors, which get one more attempt here and
// another one at the next sync.
func syncing(ctx workflow.Context, queue, summary string) workflow.Context {
	return long(ctx, queue, summary, 2*time.Hour, 30*time.Second, &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumAttempts: 2})
}

// long returns the options of an activity that sends heartbeats. When ctx is cancelled, callers
// wait until the worker reports that the activity has ended.
func long(ctx workflow.Context, queue, summary string, timeout, heartbeat time.Duration, retry *temporal.RetryPolicy) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue, StartToCloseTimeout: timeout, HeartbeatTimeout: heartbeat, WaitForCancellation: true, RetryPolicy: retry, Summary: summary,
	})
}

// call runs an activity with the options of ctx and returns its result.
func call[Result any](ctx workflow.Context, activity, input any) (result Result, err error) {
	err = workflow.ExecuteActivity(ctx, activity, input).Get(ctx, &result)
	return result, err
}

const (
	// batchAttempts are few: a batch or repository that keeps failing is unfolded into smaller
	// parts, and the workflow repeats searches that infrastructure has ended (whileUnavailable). A
	// sample fails after frameAttempts.
	batchAttempts = 3
	frameAttempts = 5
	// window is the largest number of children of a workflow in flight. Their events, up to 2 for
	// each child, stay below the 100 that the server buffers during one workflow task.
	window = 40
	// unfoldWindow is like window, for the parts of a batch. They share the few searches that can
	// run at the same time.
	unfoldWindow = 12
	// syncWindow is the number of activities of a sync in flight, unless the setting
	// backsight.sync.window says otherwise.
	syncWindow = 8
	// firstWait and longestWait bound the wait before the workflow repeats a search that
	// infrastructure has ended.
	firstWait   = 5 * time.Second
	longestWait = 2 * time.Minute
	// startAttempts and startWait bound the wait for an older child of the same id to end.
	startAttempts = 6
	startWait     = 2 * time.Second
	// shortestRun is the least time that a run lasts. If a workflow continues as new within a
	// second, the server delays its next run, and nothing answers queries until this run starts. A
	// run that waits before it continues as new can answer queries.
	shortestRun = 1100 * time.Millisecond
	// tellAgainAfter is the wait before the message Snapshot is sent again to series that did not
	// receive it. It is longer than the time between two runs of a series.
	tellAgainAfter = 5 * time.Second
)
