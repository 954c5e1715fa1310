package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/workflows/contract"
)

// The named ways to run an activity. Every number of time and attempts of this package is here.

// planning writes plans: bulk SQL that beats after every slice. Tried for ever, because what fails then is
// infrastructure; bad input and repeated defects of ours come back non-retryable (package activities, errors.go).
func planning(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: contract.Queue,
		// 36,000 repositories × 1,000 frames take about this long to plan; an attempt goes on where the last one was.
		StartToCloseTimeout: 30 * time.Minute,
		// A slice of the plan takes well under a second; ten times a slow one.
		HeartbeatTimeout:    30 * time.Second,
		WaitForCancellation: true,
		RetryPolicy:         forever,
		Summary:             summary,
	})
}

// ledger reads and writes a few rows or an aggregate.
func ledger(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: contract.Queue,
		// The tally of a series of 400,000 samples takes about 0.1 s; a database that needs a minute is in trouble.
		StartToCloseTimeout: time.Minute,
		RetryPolicy:         forever,
		Summary:             summary,
	})
}

// searching searches a batch or a repository. Few attempts: what keeps failing has to be unfolded into smaller parts,
// and what fails because a database or the disk is away is repeated by the workflow (untilAnswered).
func searching(ctx workflow.Context, queue, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, search(queue, summary, 3))
}

// searchingFrame searches one sample: the last resort, so it gets more attempts before the sample is failed.
func searchingFrame(ctx workflow.Context, queue, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, search(queue, summary, 5))
}

// pruning deletes a bounded number of rows, beating after every slice.
func pruning(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: contract.Queue,
		// An attempt ends itself after 20 seconds and a slice; ten times that.
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
		// A first search of a large monorepo's history; an attempt that is cut goes on from the ledger.
		StartToCloseTimeout: 2 * time.Hour,
		// The search loop beats at least every second; a worker that was killed is noticed after this.
		HeartbeatTimeout: 15 * time.Second,
		// A pause has ended when the search has, not when it was told to.
		WaitForCancellation: true,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: attempts},
		Summary:             summary,
	}
}

// syncing clones or fetches a repository.
func syncing(ctx workflow.Context, queue, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue,
		// The first clone of a large repository over a slow line.
		StartToCloseTimeout: 2 * time.Hour,
		HeartbeatTimeout:    30 * time.Second,
		WaitForCancellation: true,
		// A repository's own trouble is recorded, not returned; what is left is worth one more try, and the next sync.
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumAttempts: 2},
		Summary:     summary,
	})
}

// forever backs off to a minute: a database that comes back is noticed soon, and one that stays away is not hammered.
var forever = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute}

const (
	// window is how many children a workflow has in flight: far below the 100 events that may be buffered during one
	// workflow task, at up to 2 events a child.
	window = 40
	// unfoldWindow is the same for a repository's frames; they queue for the same few search slots anyway.
	unfoldWindow = 12
	// syncWindow is how many activities a sync has in flight at once, unless a setting says otherwise.
	syncWindow = 8
	// firstWait and longestWait bound the wait before a search is tried again that failed for want of infrastructure.
	firstWait   = 5 * time.Second
	longestWait = 2 * time.Minute
	// startAttempts and startWait bound the wait for an older child of the same id to end (its parent was terminated, and the
	// server is still telling it).
	startAttempts = 6
	startWait     = 2 * time.Second
	// shortestRun is how long a run lasts at least. The server holds back the next run of a workflow that continues as new
	// within a second, and in that gap nobody answers queries; waiting here, we still do.
	shortestRun = 1100 * time.Millisecond
	// recheckAfter is when the tally is read once more after a plan with failures: a search that was given up may have been
	// alive, and what it found then replaced a failure in the ledger. By now it has noticed that nobody waits for it.
	recheckAfter = time.Minute
	// holdDefect is how long a plan rests that failed by a defect of ours: a new version may have mended it.
	holdDefect = time.Hour
	// maxWaiting is how many orders about the past wait for their turn at most: more than a person gives, and the state that goes
	// from run to run stays small.
	maxWaiting = 20
	// againAfter is when series are told again to take a snapshot that were between two runs: longer than that takes.
	againAfter = 5 * time.Second
	// dueAtOnce is the most recordings of one plan. More are planned one after the other.
	dueAtOnce = 100
)
