package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// RepositoryWorkflow ends every pending sample of one repository, or of a batch of small ones, in
// one activity. When the activity fails (it times out, crashes or keeps returning errors that
// infrastructure did not cause), the workflow unfolds: a batch into its repositories, a repository
// into one FrameWorkflow for each sample time, so that only the sample that causes the failure
// fails, and operators can find its workflow.
//
// It returns an error only when reading or writing the ledger fails with an error that
// infrastructure did not cause. When it is cancelled, it stops its searches and returns
// Interrupted; the results so far are in the ledger.
func RepositoryWorkflow(ctx workflow.Context, in RepositoryInput) (RepositoryResult, error) {
	if !in.Unfold {
		tally, err := searchRange(searching(ctx, in.queue(), "search "+insights.Truncate(in.Label, 300), batchAttempts), in.samples())
		switch {
		case err == nil:
			return RepositoryResult{Tally: tally}, nil
		case isInterruption(ctx, err):
			return RepositoryResult{Interrupted: true}, nil
		case isUnavailable(err): // and the history is long
			return RepositoryResult{}, workflow.NewContinueAsNewError(ctx, RepositoryWorkflow, in)
		}
		workflow.GetLogger(ctx).Warn("repository: the search failed; each part of the batch now gets a workflow of its own", "label", in.Label, "error", err)
	}
	pending, err := call[activities.PendingResult](ledger(ctx, "list pending samples"), plans.Pending, in.samples())
	if err != nil {
		return interrupted(ctx, err)
	}
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
	tally, err := call[insights.Completeness](ledger(ctx, "read the tally"), plans.RangeTally, in.samples())
	if err != nil {
		return interrupted(ctx, err)
	}
	return RepositoryResult{Tally: tally}, nil
}

// FrameWorkflow searches one repository at one time. It ends the sample at that time and those that
// the search settles together with it. If the last attempt fails too, these samples end as failed,
// with the reason.
func FrameWorkflow(ctx workflow.Context, in FrameInput) (RepositoryResult, error) {
	samples := in.samples()
	tally, err := searchRange(searching(ctx, in.queue(), "search "+in.Time.Format(time.RFC3339), frameAttempts), samples)
	switch {
	case err == nil:
		return RepositoryResult{Tally: tally}, nil
	case isInterruption(ctx, err):
		return RepositoryResult{Interrupted: true}, nil
	case isUnavailable(err):
		return RepositoryResult{}, workflow.NewContinueAsNewError(ctx, FrameWorkflow, in)
	}
	if tally, err = failRange(ctx, samples, err); err != nil {
		return interrupted(ctx, err)
	}
	return RepositoryResult{Tally: tally}, nil
}

// searchRange searches with the activity options of ctx and returns the tally of the range after
// the search.
func searchRange(ctx workflow.Context, samples activities.Range) (tally insights.Completeness, err error) {
	err = whileUnavailable(ctx, func() error {
		tally, err = call[insights.Completeness](ctx, finder.Samples, samples)
		return err
	})
	return tally, err
}

// interrupted returns Interrupted when the workflow was cancelled, and err otherwise.
func interrupted(ctx workflow.Context, err error) (RepositoryResult, error) {
	if isInterruption(ctx, err) {
		return RepositoryResult{Interrupted: true}, nil
	}
	return RepositoryResult{}, err
}

// unfoldRepositories runs a child for each repository of a batch.
func unfoldRepositories(ctx workflow.Context, batch RepositoryInput, ids []int64) error {
	return atMost(ctx, unfoldWindow, ids, func(ctx workflow.Context, id int64) error {
		in := batch
		in.From, in.Through, in.Label, in.Unfold = id, id, fmt.Sprintf("repository id %d of the batch %s", id, insights.Truncate(batch.Label, 150)), false
		result, err := runRepository(ctx, in, temporal.Priority{})
		return giveUp(ctx, in.samples(), result, err)
	})
}

// unfoldFrames runs a child for each sample time of a repository.
func unfoldFrames(ctx workflow.Context, repository RepositoryInput, times []time.Time) error {
	return atMost(ctx, unfoldWindow, times, func(ctx workflow.Context, at time.Time) error {
		in := FrameInput{SeriesID: repository.SeriesID, Plan: repository.Plan, RepositoryID: repository.From, Time: at, Shards: repository.Shards}
		options := childOptions(in.id(), insights.Truncate(repository.Label, 200)+" at "+at.Format(time.RFC3339))
		options.TypedSearchAttributes = temporal.NewSearchAttributes(
			contract.AttributeSeries.ValueSet(in.SeriesID), contract.AttributeRepository.ValueSet(contract.IDRange(in.RepositoryID, in.RepositoryID)), contract.AttributeFrame.ValueSet(at))
		var result RepositoryResult
		err := startedOnce(ctx, func() error {
			return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), FrameWorkflow, in).Get(ctx, &result)
		})
		return giveUp(ctx, in.samples(), result, err)
	})
}

// giveUp fails the samples of a child that returned an error or was cancelled, unless ctx was
// cancelled too.
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
