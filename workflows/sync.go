package workflows

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// SyncWorkflow fetches every mirror and refreshes its commit index, page by page, continuing as new between pages. Local
// repositories that rest are no work for it: the list leaves them out. A broken repository is recorded as such and the others go on.
// Each is synced by a worker that serves its shard, so that its mirror is nowhere else.
func SyncWorkflow(ctx workflow.Context, in contract.SyncInput) error {
	page := activities.ListResult{IDs: []int64{in.RepositoryID}, Last: true}
	var listed workflow.Future
	if in.RepositoryID == 0 {
		listed = workflow.ExecuteActivity(ledger(ctx, "repositories"), syncer.List, in.After)
	} else if workflow.GetVersion(ctx, "syncs have shards", workflow.DefaultVersion, 1) != workflow.DefaultVersion {
		listed = workflow.ExecuteActivity(ledger(ctx, "its shard"), syncer.One, in.RepositoryID)
	}
	if listed != nil {
		if err := listed.Get(ctx, &page); err != nil {
			return err
		}
	}
	failed := 0
	inFlight := 0
	// n repositories of the same shard, of which first is one.
	sync := func(what string, n int, first int64, activity, argument any) error {
		if err := workflow.Await(ctx, func() bool { return inFlight < cmp.Or(page.Window, syncWindow) }); err != nil {
			return err
		}
		inFlight++
		queue := contract.SyncQueueOf(insights.ShardOf(first, page.Shards))
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer func() { inFlight-- }()
			if err := workflow.ExecuteActivity(syncing(ctx, queue, what), activity, argument).Get(ctx, nil); err != nil {
				failed += n
				workflow.GetLogger(ctx).Warn("not synced", "what", what, "error", err)
			}
		})
		return nil
	}
	asked := int64(len(page.IDs)) + page.Unchanged
	for _, id := range page.IDs {
		if err := sync(fmt.Sprintf("repository %d", id), 1, id, syncer.Repository, id); err != nil {
			return err
		}
	}
	for _, batch := range page.Batches {
		asked += int64(len(batch))
		what := fmt.Sprintf("%d repositories from %d on", len(batch), batch[0])
		if err := sync(what, len(batch), batch[0], syncer.Repositories, batch); err != nil {
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
