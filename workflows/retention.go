package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"

	"github.com/backsight/backsight/workflows/contract"
)

// retentionSteps is how many activities one run of a RetentionWorkflow has at most: five events each.
const retentionSteps = 400

// RetentionWorkflow archives what charts are not to show any more, restores what they are to show again, and prunes what was deleted before
// the grace period: series, then commit indexes of removed repositories. Each step is a bounded part of it; the run continues as new
// where it has become long. Whenever it is ended, the next one finds what is left.
func RetentionWorkflow(ctx workflow.Context, in contract.RetentionInput) (contract.RetentionInput, error) {
	for range retentionSteps {
		var done activities.RetentionResult
		var err error
		switch in.Phase {
		case contract.ArchiveTimes:
			err = workflow.ExecuteActivity(ledger(ctx, fmt.Sprintf("archive, series after %d", in.After)), retention.Archive, in.After).Get(ctx, &done)
			in.After, done.More = done.Next, done.Next != 0
		case contract.PruneSeries:
			err = workflow.ExecuteActivity(pruning(ctx, "prune deleted series"), retention.PruneSeries).Get(ctx, &done)
		case contract.PruneRepositories:
			err = workflow.ExecuteActivity(pruning(ctx, "prune removed repositories"), retention.PruneRepositories).Get(ctx, &done)
		}
		if err != nil {
			return in, err
		}
		in.Archived, in.Restored = in.Archived+done.Archived, in.Restored+done.Restored
		switch in.Phase {
		case contract.PruneSeries:
			in.Series += done.Pruned
		case contract.PruneRepositories:
			in.Repositories += done.Pruned
		}
		switch {
		case done.More:
		case in.Phase == contract.ArchiveTimes:
			in.Phase = contract.PruneSeries
		case in.Phase == contract.PruneSeries:
			in.Phase = contract.PruneRepositories
		default:
			return in, nil
		}
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d sample times archived, %d restored; pruned: %d series, %d repositories", in.Archived, in.Restored, in.Series, in.Repositories))
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			break
		}
	}
	return in, workflow.NewContinueAsNewError(ctx, RetentionWorkflow, in)
}
