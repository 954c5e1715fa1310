package workflows

import (
	"cmp"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
	"github.com/backsight/backsight/workflows/machine"
)

// fanOut runs a child for each batch of a page and returns when all have ended. At most page.Window
// children run at a time: 0 means `window`, which is also the maximum. `finished` is false when the
// page may have pending samples: ctx was cancelled, the history has grown long, or a child has left
// samples. An error of a child is not returned: it becomes the reason why the child's samples
// failed.
func (r *runner) fanOut(ctx workflow.Context, plan *machine.Plan, page activities.PageResult) (finished bool, err error) {
	finished = true
	limit := cmp.Or(min(page.Window, window), window)
	for _, batch := range page.Batches {
		if workflow.Await(ctx, func() bool { return r.inFlight < limit }) != nil ||
			ctx.Err() != nil || err != nil || workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			finished = false
			break
		}
		r.inFlight++
		workflow.GoNamed(ctx, "batch "+batch.Label, func(ctx workflow.Context) {
			defer func() { r.inFlight-- }()
			done, batchErr := r.batch(ctx, plan, page, batch)
			finished = finished && done
			if batchErr != nil {
				err = batchErr
			}
			r.show(ctx)
		})
	}
	// The children are cancelled with ctx and end by themselves. The wait for them is not
	// cancelled.
	free, _ := workflow.NewDisconnectedContext(ctx)
	if awaitErr := workflow.Await(free, func() bool { return r.inFlight == 0 }); awaitErr != nil {
		return false, awaitErr
	}
	return finished && err == nil, err
}

// batch runs one child and records the samples that the child ended. `done` is false when samples
// of the batch may still be pending.
func (r *runner) batch(ctx workflow.Context, plan *machine.Plan, page activities.PageResult, batch activities.Batch) (done bool, err error) {
	in := RepositoryInput{
		SeriesID: r.m.SeriesID, Plan: plan.Number,
		From: batch.From, Through: batch.Through, Unfold: batch.Unfold, Label: batch.Label, Shards: page.Shards,
	}
	result, err := runRepository(ctx, in, r.priority(plan))
	switch {
	case ctx.Err() != nil:
		return false, nil
	case isAlreadyStarted(err):
		return false, nil // an older child of this id still runs; the page is read again
	case err != nil || result.Interrupted:
		after, err := failRange(ctx, in.samples(), err)
		if err != nil {
			return false, err
		}
		result.Tally = after
	}
	if err := r.checkFailures(ctx, plan, r.m.BatchEnded(plan, batch.Before, result.Tally)); err != nil && ctx.Err() == nil {
		return false, err
	}
	return result.Tally.Pending == 0, nil
}

// priority returns the priority of a plan's searches among those of all series. A child is started
// with this priority, and its searches inherit it. If fairness is enabled on the server, series
// with equal priority keys share the queue equally. Otherwise a series waits for the searches that
// others have in flight, whose number the setting backsight.series.window limits.
func (r *runner) priority(plan *machine.Plan) temporal.Priority {
	return temporal.Priority{PriorityKey: r.m.PriorityKey(plan), FairnessKey: r.m.SeriesID}
}

// runRepository runs a child RepositoryWorkflow to its end. A zero priority means the priority of
// the parent.
func runRepository(ctx workflow.Context, in RepositoryInput, priority temporal.Priority) (result RepositoryResult, err error) {
	options := childOptions(contract.RepositoryID(in.SeriesID, in.Plan, in.From, in.Through), insights.Truncate(in.Label, 200))
	options.Priority = priority
	options.TypedSearchAttributes = temporal.NewSearchAttributes(
		contract.AttributeSeries.ValueSet(in.SeriesID), contract.AttributeRepository.ValueSet(contract.IDRange(in.From, in.Through)))
	err = startedOnce(ctx, func() error {
		return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), RepositoryWorkflow, in).Get(ctx, &result)
	})
	return result, err
}

// childOptions are the options of every child. A child of the same id runs again after a pause, and
// whenever it has left pending samples.
func childOptions(id, summary string) workflow.ChildWorkflowOptions {
	return workflow.ChildWorkflowOptions{
		WorkflowID:            id,
		TaskQueue:             contract.Queue,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WaitForCancellation:   true,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		StaticSummary:         summary,
	}
}

// startedOnce calls the function run until run could start its child, at most startAttempts times.
// An older child of the same id may still run: its parent was terminated, and the server has not
// ended the child yet.
func startedOnce(ctx workflow.Context, run func() error) error {
	wait := startWait
	for attempt := 1; ; attempt++ {
		err := run()
		if !isAlreadyStarted(err) || attempt == startAttempts {
			return err
		}
		if err := sleep(ctx, wait, "an older workflow of this id is ending"); err != nil {
			return err
		}
		wait *= 2
	}
}

func isAlreadyStarted(err error) bool { return temporal.IsWorkflowExecutionAlreadyStartedError(err) }

// atMost calls the function do for each item, with at most limit calls at a time. When all calls
// have ended, it returns their last error. After ctx is cancelled, it starts no more calls.
func atMost[T any](ctx workflow.Context, limit int, items []T, do func(workflow.Context, T) error) (err error) {
	inFlight := 0
	for _, item := range items {
		if workflow.Await(ctx, func() bool { return inFlight < limit }) != nil || ctx.Err() != nil {
			break
		}
		inFlight++
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer func() { inFlight-- }()
			if itemErr := do(ctx, item); itemErr != nil {
				err = itemErr
			}
		})
	}
	free, _ := workflow.NewDisconnectedContext(ctx)
	if awaitErr := workflow.Await(free, func() bool { return inFlight == 0 }); awaitErr != nil {
		return awaitErr
	}
	return err
}
