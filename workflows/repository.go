package workflows

import (
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// RepositoryWorkflow ends every pending sample of one repository, or of a batch of small ones, in one search. In trouble
// (the search times out, crashes or keeps failing) it unfolds: a batch into its repositories, a repository into one
// FrameWorkflow per time frame, so that what is broken costs one sample and an operator sees it by name. It fails only
// when the ledger cannot be written for a reason that does not pass. When it is cancelled it stops its searches and
// ends well, Interrupted: the ledger has what is done.
func RepositoryWorkflow(ctx workflow.Context, in RepositoryInput) (RepositoryResult, error) {
	if !in.Unfold {
		tally, err := searchRange(searching(ctx, in.queue(), "search "+contract.Truncate(in.Label, 300)), in.samples())
		switch {
		case err == nil:
			return RepositoryResult{Tally: tally}, nil
		case isInterruption(ctx, err):
			return RepositoryResult{Interrupted: true}, nil
		case isInfrastructure(err): // and the history is long
			return RepositoryResult{}, workflow.NewContinueAsNewError(ctx, RepositoryWorkflow, in)
		}
		workflow.GetLogger(ctx).Warn("unfolding", "label", in.Label, "because", err)
	}
	var pending activities.PendingResult
	if err := workflow.ExecuteActivity(ledger(ctx, "what is pending"), plans.Pending, in.samples()).Get(ctx, &pending); err != nil {
		return interrupted(ctx, err)
	}
	var err error
	more := len(pending.Repositories) == activities.MaxPending
	if in.From < in.Through {
		err = unfoldRepositories(ctx, in, pending.Repositories)
	} else {
		more = len(pending.Times) == activities.MaxPending
		err = unfoldFrames(ctx, in, pending.Times)
	}
	if err != nil || ctx.Err() != nil {
		return interrupted(ctx, err)
	}
	if more {
		in.Unfold = true
		return RepositoryResult{}, workflow.NewContinueAsNewError(ctx, RepositoryWorkflow, in)
	}
	var result RepositoryResult
	if err := workflow.ExecuteActivity(ledger(ctx, "tally"), plans.RangeTally, in.samples()).Get(ctx, &result.Tally); err != nil {
		return interrupted(ctx, err)
	}
	return result, nil
}

// FrameWorkflow ends one sample: the search of one repository at one time, and after the last attempt the outcome failed,
// with the reason.
func FrameWorkflow(ctx workflow.Context, in FrameInput) (RepositoryResult, error) {
	samples := in.samples()
	tally, err := searchRange(searchingFrame(ctx, in.queue(), "search "+in.Time.Format(time.RFC3339)), samples)
	switch {
	case err == nil:
		return RepositoryResult{Tally: tally}, nil
	case isInterruption(ctx, err):
		return RepositoryResult{Interrupted: true}, nil
	case isInfrastructure(err):
		return RepositoryResult{}, workflow.NewContinueAsNewError(ctx, FrameWorkflow, in)
	}
	if tally, err = failRange(ctx, samples, err); err != nil {
		return interrupted(ctx, err)
	}
	return RepositoryResult{Tally: tally}, nil
}

// searchRange searches with the options of ctx and returns the tally of the range after it.
func searchRange(ctx workflow.Context, samples activities.Range) (tally insights.Completeness, err error) {
	err = untilAnswered(ctx, func() error {
		return workflow.ExecuteActivity(ctx, finder.Samples, samples).Get(ctx, &tally)
	})
	return tally, err
}

func isInterruption(ctx workflow.Context, err error) bool {
	return ctx.Err() != nil || temporal.IsCanceledError(err)
}

// interrupted ends a workflow well when it was cancelled, and with err otherwise.
func interrupted(ctx workflow.Context, err error) (RepositoryResult, error) {
	if isInterruption(ctx, err) {
		return RepositoryResult{Interrupted: true}, nil
	}
	return RepositoryResult{}, err
}

// unfoldRepositories runs a child for each repository of a batch.
func unfoldRepositories(ctx workflow.Context, batch RepositoryInput, ids []int64) error {
	return bounded(ctx, ids, func(ctx workflow.Context, id int64) error {
		in := batch
		in.From, in.Through, in.Label, in.Unfold = id, id, fmt.Sprintf("repository %d of %s", id, contract.Truncate(batch.Label, 150)), false
		result, err := runRepository(ctx, in, temporal.Priority{})
		return giveUp(ctx, in.samples(), result, err)
	})
}

// unfoldFrames runs a child for each time frame of a repository.
func unfoldFrames(ctx workflow.Context, repository RepositoryInput, times []time.Time) error {
	return bounded(ctx, times, func(ctx workflow.Context, at time.Time) error {
		in := FrameInput{SeriesID: repository.SeriesID, Plan: repository.Plan, RepositoryID: repository.From, Time: at, Shards: repository.Shards}
		options := workflow.ChildWorkflowOptions{
			WorkflowID:            contract.FrameID(in.SeriesID, in.Plan, in.RepositoryID, in.Time),
			TaskQueue:             contract.Queue,
			WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			WaitForCancellation:   true,
			ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_TERMINATE,
			StaticSummary:         contract.Truncate(repository.Label, 200) + " at " + at.Format(time.RFC3339),
			TypedSearchAttributes: temporal.NewSearchAttributes(
				contract.AttributeSeries.ValueSet(in.SeriesID), contract.AttributeRepository.ValueSet(contract.IDRange(in.RepositoryID, in.RepositoryID)), contract.AttributeFrame.ValueSet(at)),
		}
		var result RepositoryResult
		err := startedOnce(ctx, func() error {
			return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), FrameWorkflow, in).Get(ctx, &result)
		})
		return giveUp(ctx, in.samples(), result, err)
	})
}

// giveUp fails the samples of a child that ended badly, unless the whole work was interrupted.
func giveUp(ctx workflow.Context, samples activities.Range, result RepositoryResult, err error) error {
	if ctx.Err() != nil || err == nil && !result.Interrupted {
		return nil
	}
	_, err = failRange(ctx, samples, err)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// bounded runs do for each item, at most unfoldWindow at a time, and returns when all have ended, with the last error.
// A cancelled ctx launches no more.
func bounded[T any](ctx workflow.Context, items []T, do func(workflow.Context, T) error) (err error) {
	inFlight := 0
	for _, item := range items {
		if workflow.Await(ctx, func() bool { return inFlight < unfoldWindow }) != nil || ctx.Err() != nil {
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
