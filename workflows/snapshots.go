package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/workflows/contract"
)

// SnapshotsWorkflow sends the message Snapshot to every series whose samples are more than a day
// apart and whose query is not about commits or diffs, page by page; the workflow continues as new
// between pages. A series that is paused, waits because of a problem, or has just ended takes no
// snapshot.
func SnapshotsWorkflow(ctx workflow.Context, in contract.SnapshotsInput) error {
	page, err := call[activities.SnapshotPage](ledger(ctx, "next page of series"), snapshots.SnapshotSeries, in.After)
	if err != nil {
		return err
	}
	missed := tellSnapshot(ctx, page.SeriesIDs)
	if len(missed) > 0 {
		// A workflow that was between two runs can receive the message now; one that has ended
		// cannot.
		if err := sleep(ctx, tellAgainAfter, "send the message Snapshot again to the series that did not receive it"); err != nil {
			return err
		}
		missed = tellSnapshot(ctx, missed)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	in.Told += int64(len(page.SeriesIDs) - len(missed))
	if in.After = page.Next; in.After != 0 {
		return workflow.NewContinueAsNewError(ctx, SnapshotsWorkflow, in)
	}
	return nil
}

// tellSnapshot sends the message Snapshot to the series and returns those that did not receive it.
func tellSnapshot(ctx workflow.Context, ids []string) (missed []string) {
	told := make([]workflow.Future, len(ids))
	for i, id := range ids {
		told[i] = workflow.SignalExternalWorkflow(ctx, contract.SeriesID(id), "", contract.Snapshot, contract.Command{By: contract.BySchedule})
	}
	for i, future := range told {
		if err := future.Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Warn("series: the request for a snapshot was not received", "series", ids[i], "error", err)
			missed = append(missed, ids[i])
		}
	}
	return missed
}
