package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register registers every workflow of this package, under the names that stand in histories.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(SeriesWorkflow, workflow.RegisterOptions{Name: SeriesWorkflowName})
	r.RegisterWorkflowWithOptions(RepositoryWorkflow, workflow.RegisterOptions{Name: RepositoryWorkflowName})
	r.RegisterWorkflowWithOptions(FrameWorkflow, workflow.RegisterOptions{Name: FrameWorkflowName})
	r.RegisterWorkflowWithOptions(SyncWorkflow, workflow.RegisterOptions{Name: SyncWorkflowName})
	r.RegisterWorkflowWithOptions(SnapshotsWorkflow, workflow.RegisterOptions{Name: SnapshotsWorkflowName})
	r.RegisterWorkflowWithOptions(RetentionWorkflow, workflow.RegisterOptions{Name: RetentionWorkflowName})
}
