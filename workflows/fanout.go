package workflows

import (
	"cmp"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// fanOut runs a child for each batch of a page, at most its window at a time, and returns when all have ended. finished is false when
// something of the page may be pending still: it was interrupted, or the history has grown long. The error is one
// that no child can be blamed for.
func (s *series) fanOut(ctx workflow.Context, plan *Plan, page activities.PageResult) (finished bool, err error) {
	finished = true
	most := cmp.Or(min(page.Window, window), window)
	for _, batch := range page.Batches {
		if workflow.Await(ctx, func() bool { return s.inFlight < most }) != nil ||
			ctx.Err() != nil || err != nil || workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			finished = false
			break
		}
		s.inFlight++
		workflow.GoNamed(ctx, "batch "+batch.Label, func(ctx workflow.Context) {
			defer func() { s.inFlight-- }()
			done, batchErr := s.batch(ctx, plan, page, batch)
			finished = finished && done
			if batchErr != nil {
				err = batchErr
			}
			s.show(ctx)
		})
	}
	// Children are cancelled with ctx and end by themselves; the wait for them must not be.
	free, _ := workflow.NewDisconnectedContext(ctx)
	if awaitErr := workflow.Await(free, func() bool { return s.inFlight == 0 }); awaitErr != nil {
		return false, awaitErr
	}
	return finished && err == nil, err
}

// batch runs one child to its end and settles its samples in the tally. done is false when some are pending still.
func (s *series) batch(ctx workflow.Context, plan *Plan, page activities.PageResult, batch activities.Batch) (done bool, err error) {
	in := RepositoryInput{
		SeriesID: s.in.SeriesID, Plan: plan.Generation,
		From: batch.From, Through: batch.Through, Unfold: batch.Unfold, Label: batch.Label, Shards: page.Shards,
	}
	result, err := runRepository(ctx, in, s.priority(plan))
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
	ended := settle(s.tallyOf(plan), batch.Before, result.Tally)
	if plan.Kind == insights.SnapshotPlan {
		return result.Tally.Pending == 0, nil
	}
	if err := s.noticeBatch(ctx, plan, ended); err != nil && ctx.Err() == nil {
		return false, err
	}
	return result.Tally.Pending == 0, nil
}

// settle moves what a batch ended from pending to its outcomes. Both tallies are the ledger's, of the same range, so a
// sample counts once however often it was tried. Where they cannot be subtracted (an attempt that was given up wrote
// after all), the tally is left as it is: it is read anew when the page ends. It returns what ended.
func settle(total *insights.Completeness, before, after insights.Completeness) (done insights.Completeness) {
	done, ok := ended(before, after)
	if !ok {
		return insights.Completeness{}
	}
	tally := *total
	tally.Settle(done)
	if tally.Check() == nil {
		*total = tally
	}
	return done
}

// ended returns the tally of the samples that were pending before and are not after. ok is false when the two
// are not of the same samples, or a sample changed that had ended before.
func ended(before, after insights.Completeness) (done insights.Completeness, ok bool) {
	if before.Planned != after.Planned {
		return done, false
	}
	for _, o := range insights.Outcomes {
		if o == insights.Pending {
			continue
		}
		n := after.Of(o) - before.Of(o)
		if n < 0 {
			return done, false
		}
		done.Add(o, n)
	}
	return done, true
}

// runRepository runs a child RepositoryWorkflow to its end. An older child of the same id (its parent was terminated, and the
// server has not told it yet) is waited for, for a while. A zero priority is the parent's.
func runRepository(ctx workflow.Context, in RepositoryInput, priority temporal.Priority) (result RepositoryResult, err error) {
	options := workflow.ChildWorkflowOptions{
		WorkflowID: contract.RepositoryID(in.SeriesID, in.Plan, in.From, in.Through),
		TaskQueue:  contract.Queue,
		// A batch is run again after a pause, and whenever something of it is left.
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WaitForCancellation:   true,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		StaticSummary:         contract.Truncate(in.Label, 200),
		Priority:              priority,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			contract.AttributeSeries.ValueSet(in.SeriesID), contract.AttributeRepository.ValueSet(contract.IDRange(in.From, in.Through))),
	}
	err = startedOnce(ctx, func() error {
		return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), RepositoryWorkflow, in).Get(ctx, &result)
	})
	return result, err
}

// startedOnce calls run until its child could be started, or startAttempts are used up.
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
