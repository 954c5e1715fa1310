package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/workflows/contract"
)

// Register registers every workflow of this package under its name in package contract.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(SeriesWorkflow, workflow.RegisterOptions{Name: contract.SeriesWorkflowName})
	r.RegisterWorkflowWithOptions(RepositoryWorkflow, workflow.RegisterOptions{Name: contract.RepositoryWorkflowName})
	r.RegisterWorkflowWithOptions(FrameWorkflow, workflow.RegisterOptions{Name: contract.FrameWorkflowName})
	r.RegisterWorkflowWithOptions(SyncWorkflow, workflow.RegisterOptions{Name: contract.SyncWorkflowName})
	r.RegisterWorkflowWithOptions(SnapshotsWorkflow, workflow.RegisterOptions{Name: contract.SnapshotsWorkflowName})
	r.RegisterWorkflowWithOptions(RetentionWorkflow, workflow.RegisterOptions{Name: contract.RetentionWorkflowName})
}
