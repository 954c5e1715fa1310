package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
)

// SyncSchedule is the id of the Temporal Schedule that keeps mirrors and commit indexes fresh.
const SyncSchedule = "backsight-sync"

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

// EnsureSchedule makes SyncWorkflow run at the given interval; 0 is never. What an operator changed in the schedule stays, but
// for its interval and, with 0, its pause.
func (c *Client) EnsureSchedule(ctx context.Context, every time.Duration) error {
	schedules := c.temporal.ScheduleClient()
	if every == 0 {
		err := schedules.GetHandle(ctx, SyncSchedule).Pause(ctx, client.SchedulePauseOptions{Note: neverNote})
		var notFound *serviceerror.NotFound
		if errors.As(err, &notFound) {
			return nil
		}
		return clientError("schedule "+SyncSchedule+": pause", err)
	}
	spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}}
	_, err := schedules.Create(ctx, client.ScheduleOptions{
		ID: SyncSchedule, Spec: spec,
		Action: &client.ScheduleWorkflowAction{
			ID: "sync", Workflow: SyncWorkflowName, TaskQueue: Queue, Args: []any{SyncInput{}},
			StaticSummary: "fetch every mirror and refresh the commit index",
		},
		Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		// Syncs that an outage missed are not made up: the next one reads everything.
		CatchupWindow: time.Minute,
	})
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return clientError("schedule "+SyncSchedule+": create", err)
	}
	err = schedules.GetHandle(ctx, SyncSchedule).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			schedule := in.Description.Schedule
			schedule.Spec = &spec
			if schedule.State.Paused && schedule.State.Note == neverNote {
				schedule.State.Paused, schedule.State.Note = false, ""
			}
			return &client.ScheduleUpdate{Schedule: &schedule}, nil
		},
	})
	return clientError("schedule "+SyncSchedule+": update", err)
}

// neverNote tells our own pause of the schedule from an operator's.
const neverNote = "the setting backsight.sync.interval is 0"

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
