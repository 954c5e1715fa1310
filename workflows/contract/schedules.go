package contract

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
)

// Ids of the Temporal Schedules.
const (
	// SyncSchedule keeps mirrors and commit indexes fresh.
	SyncSchedule = "backsight-sync"
	// SnapshotSchedule makes all series that can take snapshots take one. With an interval of 24
	// hours, it runs at midnight UTC.
	SnapshotSchedule = "backsight-snapshots"
	// RetentionSchedule archives old sample times and prunes what was deleted.
	RetentionSchedule = "backsight-retention"
)

// RetentionEvery is the interval of RetentionSchedule. Its work is not urgent, and a changed
// setting takes effect immediately (Retain).
const RetentionEvery = time.Hour

// schedules says what each schedule starts.
var schedules = map[string]struct {
	action client.ScheduleWorkflowAction
	// catchUp is how late Temporal may start the workflow, if Temporal was down at the scheduled
	// time. Several missed starts usually become one, because no start happens while the workflow
	// runs.
	catchUp time.Duration
}{
	SyncSchedule: {
		client.ScheduleWorkflowAction{
			ID: "sync", Workflow: SyncWorkflowName, TaskQueue: Queue, Args: []any{SyncInput{}},
			StaticSummary: "fetch mirrors, read local repositories, refresh commit indexes",
		}, time.Minute, // the next sync reads everything
	},
	SnapshotSchedule: {
		client.ScheduleWorkflowAction{
			ID: "snapshots", Workflow: SnapshotsWorkflowName, TaskQueue: Queue, Args: []any{SnapshotsInput{}},
			StaticSummary: "request a snapshot of every series that can take one",
		}, 12 * time.Hour, // a machine that is off at night has its snapshot in the morning
	},
	RetentionSchedule: {
		client.ScheduleWorkflowAction{
			ID: "retention", Workflow: RetentionWorkflowName, TaskQueue: Queue, Args: []any{RetentionInput{}},
			StaticSummary: "archive old sample times, prune what was deleted",
		}, time.Minute, // the next run finds everything that is left
	},
}

// EnsureSchedule makes the workflow of a schedule run at the given interval. 0 pauses the schedule.
// Idempotent. It replaces the times at which the schedule runs, and ends a pause that
// EnsureSchedule made itself. Everything else that an operator has changed stays.
func (c *Client) EnsureSchedule(ctx context.Context, id string, every time.Duration) error {
	schedule, ok := schedules[id]
	if !ok {
		return insights.Errorf(insights.Internal, "schedule %s: there is no such schedule", id)
	}
	handles := c.temporal.ScheduleClient()
	if every == 0 {
		err := handles.GetHandle(ctx, id).Pause(ctx, client.SchedulePauseOptions{Note: pausedNote})
		if _, ok := errors.AsType[*serviceerror.NotFound](err); ok {
			return nil
		}
		return clientError("schedule "+id+": pause", err)
	}
	spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}}
	action := schedule.action
	_, err := handles.Create(ctx, client.ScheduleOptions{
		ID: id, Spec: spec, Action: &action, Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: schedule.catchUp,
	})
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return clientError("schedule "+id+": create", err)
	}
	err = handles.GetHandle(ctx, id).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			schedule := in.Description.Schedule
			schedule.Spec = &spec
			if schedule.State.Paused && schedule.State.Note == pausedNote {
				schedule.State.Paused, schedule.State.Note = false, ""
			}
			return &client.ScheduleUpdate{Schedule: &schedule}, nil
		},
	})
	return clientError("schedule "+id+": update", err)
}

// pausedNote marks a pause that EnsureSchedule made, as opposed to an operator's.
const pausedNote = "its interval is 0 in the settings"
