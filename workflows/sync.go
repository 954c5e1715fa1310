package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
)

// SyncWorkflow fetches every mirror and refreshes its commit index, page by page, continuing as new between pages. A
// broken repository is recorded as such and the others go on.
func SyncWorkflow(ctx workflow.Context, in SyncInput) error {
	page := activities.ListResult{IDs: []int64{in.RepositoryID}, Last: true}
	if in.RepositoryID == 0 {
		if err := workflow.ExecuteActivity(ledger(ctx, "repositories"), syncer.List, in.After).Get(ctx, &page); err != nil {
			return err
		}
	}
	failed := 0
	inFlight := 0
	for _, id := range page.IDs {
		if err := workflow.Await(ctx, func() bool { return inFlight < syncWindow }); err != nil {
			return err
		}
		inFlight++
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer func() { inFlight-- }()
			if err := workflow.ExecuteActivity(syncing(ctx, fmt.Sprintf("repository %d", id)), syncer.Repository, id).Get(ctx, nil); err != nil {
				failed++
				workflow.GetLogger(ctx).Warn("repository was not synced", "repository", id, "error", err)
			}
		})
	}
	free, _ := workflow.NewDisconnectedContext(ctx)
	if err := workflow.Await(free, func() bool { return inFlight == 0 }); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	in.Synced += int64(len(page.IDs) - failed)
	in.Failed += int64(failed)
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d repositories synced, %d not", in.Synced, in.Failed))
	if page.Last {
		return nil
	}
	in.After = page.IDs[len(page.IDs)-1]
	return workflow.NewContinueAsNewError(ctx, SyncWorkflow, in)
}
