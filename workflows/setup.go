package workflows

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/backsight/backsight/insights"
)

// EnsureSearchAttributes registers the search attributes of this package in the namespace. Every call after the first
// changes nothing. Workflows that set them cannot start before, so call it before a worker or the API serves.
func (c *Client) EnsureSearchAttributes(ctx context.Context) error {
	wanted := map[string]enumspb.IndexedValueType{
		AttributeSeries.GetName():     AttributeSeries.GetValueType(),
		AttributeRepository.GetName(): AttributeRepository.GetValueType(),
		AttributeState.GetName():      AttributeState.GetValueType(),
		AttributePercent.GetName():    AttributePercent.GetValueType(),
		AttributeFrame.GetName():      AttributeFrame.GetValueType(),
	}
	operator := c.temporal.OperatorService()
	present, err := operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: c.namespace})
	if err != nil {
		return clientError("search attributes: list", err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	for name, want := range wanted {
		have, ok := present.GetCustomAttributes()[name]
		if ok && have != want {
			return insights.Errorf(insights.Conflict, "search attribute %s: it is a %s in namespace %s, Backsight needs a %s: remove it or use a namespace of its own", name, have, c.namespace, want)
		}
		if !ok {
			missing[name] = want
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: c.namespace, SearchAttributes: missing})
	var exists *serviceerror.AlreadyExists
	if errors.As(err, &exists) {
		return nil // another process was faster
	}
	return clientError("search attributes: add", err)
}

// Sync fetches and indexes now: one repository, or every one for id 0. It returns when the sync is started; a sync
// of the same that runs already is joined.
func (c *Client) Sync(ctx context.Context, repositoryID int64) error {
	id := "sync/now"
	if repositoryID != 0 {
		id = fmt.Sprintf("sync/repository/%d", repositoryID)
	}
	_, err := c.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: Queue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            "sync asked for by hand",
	}, SyncWorkflowName, SyncInput{RepositoryID: repositoryID})
	return clientError(id+": start", err)
}

// Retain archives, restores and prunes now, as RetentionSchedule does. It returns when that is started; one that runs already is joined.
func (c *Client) Retain(ctx context.Context) error {
	const id = "retention/now"
	_, err := c.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: Queue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            "retention asked for by hand, or a setting changed",
	}, RetentionWorkflowName, RetentionInput{})
	return clientError(id+": start", err)
}
