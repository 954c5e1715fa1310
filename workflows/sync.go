package workflows

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// SyncWorkflow fetches every mirror, reads every local repository, and refreshes their commit
// indexes, page by page; it continues as new between pages. It leaves out local repositories that
// have not changed, and repositories of a shard that no worker serves. With a RepositoryID, it
// syncs only this repository. An error of one repository does not stop the others. Only workers
// that serve a repository's shard sync the repository, so other workers have no mirror of it.
func SyncWorkflow(ctx workflow.Context, in contract.SyncInput) error {
	summary, list, after := "next page of repositories", any(syncer.List), in.After
	if in.RepositoryID != 0 {
		summary, list, after = "the repository's shard", syncer.One, in.RepositoryID
	}
	page, err := call[activities.ListResult](ledger(ctx, summary), list, after)
	if err != nil {
		return err
	}
	parts := syncParts(page)
	failed := 0
	if err := atMost(ctx, cmp.Or(page.Window, syncWindow), parts, func(ctx workflow.Context, part syncPart) error {
		queue := contract.SyncQueueOf(insights.ShardOf(part.ids[0], page.Shards))
		if err := workflow.ExecuteActivity(syncing(ctx, queue, part.summary), part.activity, part.argument).Get(ctx, nil); err != nil {
			failed += len(part.ids)
			workflow.GetLogger(ctx).Warn("sync failed", "repositories", part.summary, "error", err)
		}
		return nil
	}); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	synced := page.Unchanged - int64(failed)
	for _, part := range parts {
		synced += int64(len(part.ids))
	}
	in.Synced += synced
	in.Failed += int64(failed)
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d repositories synced, %d failed", in.Synced, in.Failed))
	if page.Last {
		return nil
	}
	in.After = page.Next
	return workflow.NewContinueAsNewError(ctx, SyncWorkflow, in)
}

// syncPart is what one activity syncs. All its repositories belong to one shard.
type syncPart struct {
	ids                []int64
	summary            string
	activity, argument any
}

func syncParts(page activities.ListResult) (parts []syncPart) {
	for _, id := range page.IDs {
		parts = append(parts, syncPart{[]int64{id}, fmt.Sprintf("repository %d", id), syncer.Repository, id})
	}
	for _, ids := range page.Batches {
		parts = append(parts, syncPart{ids, fmt.Sprintf("%d repositories, from id %d", len(ids), ids[0]), syncer.Repositories, ids})
	}
	return parts
}
