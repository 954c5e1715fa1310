package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/workflows/contract"
)

// retentionSteps is the largest number of activities in one run of a RetentionWorkflow. Each is
// five events.
const retentionSteps = 400

// RetentionWorkflow archives sample times that charts must no longer show, restores those that they
// must show again, and prunes what was deleted longer ago than the grace period: series, then
// commit indexes of removed repositories. Each step is bounded; a run that has become long
// continues as new. When the workflow ends early, the next one finds what is left. It returns the
// totals.
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
			in.Series += done.Pruned
		case contract.PruneRepositories:
			err = workflow.ExecuteActivity(pruning(ctx, "prune removed repositories"), retention.PruneRepositories).Get(ctx, &done)
			in.Repositories += done.Pruned
		}
		if err != nil {
			return in, err
		}
		in.Archived, in.Restored = in.Archived+done.Archived, in.Restored+done.Restored
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
