package contract

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

// EnsureSearchAttributes registers the search attributes of this package in the namespace.
// Idempotent. A workflow cannot start while an attribute that it sets is missing, so a worker and
// the API call EnsureSearchAttributes before they serve. EnsureSearchAttributes returns Conflict
// when the namespace has an attribute of the same name and another type.
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
			return insights.Errorf(insights.Conflict, "search attribute %s: it is a %s in namespace %s, but Backsight needs a %s: remove the attribute, or give Backsight its own namespace", name, have, c.namespace, want)
		}
		if !ok {
			missing[name] = want
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: c.namespace, SearchAttributes: missing})
	if _, ok := errors.AsType[*serviceerror.AlreadyExists](err); ok {
		return nil // another process was faster
	}
	return clientError("search attributes: add", err)
}

// Sync starts a workflow that fetches one repository, or every repository if `repositoryID` is 0,
// and updates their commit indexes. It returns without waiting for the workflow. While a sync that
// it has started for the same `repositoryID` is running, a further call starts nothing.
func (c *Client) Sync(ctx context.Context, repositoryID int64) error {
	id := "sync/now"
	if repositoryID != 0 {
		id = fmt.Sprintf("sync/repository/%d", repositoryID)
	}
	return c.startNow(ctx, id, "sync on request", SyncWorkflowName, SyncInput{RepositoryID: repositoryID})
}

// Retain starts the workflow that RetentionSchedule starts every hour, and returns without waiting
// for it. While a workflow that Retain has started is running, a further call starts nothing.
func (c *Client) Retain(ctx context.Context) error {
	return c.startNow(ctx, "retention/now", "retention after a changed setting", RetentionWorkflowName, RetentionInput{})
}

func (c *Client) startNow(ctx context.Context, id, summary, workflow string, input any) error {
	_, err := c.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: Queue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            summary,
	}, workflow, input)
	return clientError(id+": start", err)
}
