package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
)

// SyncWorkflow fetches every mirror and refreshes its commit index, page by page, continuing as new between pages. Local
// repositories that rest are no work for it: the list leaves them out. A broken repository is recorded as such and the others go on.
func SyncWorkflow(ctx workflow.Context, in SyncInput) error {
	page := activities.ListResult{IDs: []int64{in.RepositoryID}, Last: true}
	if in.RepositoryID == 0 {
		if err := workflow.ExecuteActivity(ledger(ctx, "repositories"), syncer.List, in.After).Get(ctx, &page); err != nil {
			return err
		}
	}
	failed := 0
	inFlight := 0
	sync := func(what string, n int, activity, argument any) error {
		if err := workflow.Await(ctx, func() bool { return inFlight < syncWindow }); err != nil {
			return err
		}
		inFlight++
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer func() { inFlight-- }()
			if err := workflow.ExecuteActivity(syncing(ctx, what), activity, argument).Get(ctx, nil); err != nil {
				failed += n
				workflow.GetLogger(ctx).Warn("not synced", "what", what, "error", err)
			}
		})
		return nil
	}
	asked := int64(len(page.IDs)) + page.Unchanged
	for _, id := range page.IDs {
		if err := sync(fmt.Sprintf("repository %d", id), 1, syncer.Repository, id); err != nil {
			return err
		}
	}
	for _, batch := range page.Batches {
		asked += int64(len(batch))
		what := fmt.Sprintf("%d repositories from %d on", len(batch), batch[0])
		if err := sync(what, len(batch), syncer.Repositories, batch); err != nil {
			return err
		}
	}
	free, _ := workflow.NewDisconnectedContext(ctx)
	if err := workflow.Await(free, func() bool { return inFlight == 0 }); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	in.Synced += asked - int64(failed)
	in.Failed += int64(failed)
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d repositories synced, %d not", in.Synced, in.Failed))
	if page.Last {
		return nil
	}
	if in.After = page.Next; in.After == 0 { // a page from before there were cursors
		in.After = page.IDs[len(page.IDs)-1]
	}
	return workflow.NewContinueAsNewError(ctx, SyncWorkflow, in)
}
