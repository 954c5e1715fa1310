package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
)

// Client starts and speaks to the workflows on behalf of the API, the command line and the worker. Its methods are
// safe for concurrent use and return *insights.Error: NotFound when the series has no workflow (not started yet,
// deleted, or past its retention: ask the ledger), Unavailable when Temporal or every worker is away. A query needs
// a worker that polls, so give ctx a deadline of a second or two.
type Client struct {
	temporal  client.Client
	namespace string
}

// NewClient returns a Client for the namespace that c was dialled with ("" is "default").
func NewClient(c client.Client, namespace string) *Client {
	if namespace == "" {
		namespace = client.DefaultNamespace
	}
	return &Client{temporal: c, namespace: namespace}
}

// StartSeries starts the workflow of a stored series. A second call for a running series does nothing. title is what
// the Temporal UI shows beside the query; the first view's title is a good one.
func (c *Client) StartSeries(ctx context.Context, series insights.Series, title string) error {
	options := client.StartWorkflowOptions{
		ID:                       SeriesID(series.ID),
		TaskQueue:                Queue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		// A series whose workflow was terminated by hand can be started again: the ledger has what is done.
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         seriesSummary(title, series.Query),
		StaticDetails:         seriesDetails(series, title),
		// Summary and details belong to the first run; a memo goes from run to run.
		// Its own few tasks go before the searches that it queues, and it takes turns with others in them too.
		Priority: temporal.Priority{PriorityKey: priorityFront, FairnessKey: series.ID},
		Memo:     map[string]any{"title": title, "query": cut(series.Query, 500)},
		TypedSearchAttributes: temporal.NewSearchAttributes(
			AttributeSeries.ValueSet(series.ID), AttributeState.ValueSet(string(Running)), AttributePercent.ValueSet(0)),
	}
	input := SeriesInput{SeriesID: series.ID, Title: title, Query: series.Query, Grid: series.Grid}
	_, err := c.temporal.ExecuteWorkflow(ctx, options, SeriesWorkflowName, input)
	return clientError("series "+series.ID+": start its workflow", err)
}

// StopSeries ends the workflow of a series that was deleted, children included. A series without a workflow is
// stopped already: nil.
func (c *Client) StopSeries(ctx context.Context, seriesID string) error {
	err := c.temporal.CancelWorkflow(ctx, SeriesID(seriesID), "")
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return nil
	}
	return clientError("series "+seriesID+": stop its workflow", err)
}

// Send sends a message to a series (Pause and the others, which say what each does) and returns the status that follows. The ledger is
// brought up to date after that, within seconds. Invalid or Conflict for a message that makes no sense now.
func (c *Client) Send(ctx context.Context, seriesID, message string, order Order) (Status, error) {
	var status Status
	err := patiently(ctx, func() error {
		handle, err := c.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: SeriesID(seriesID), UpdateName: message, Args: []any{order},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return err
		}
		return handle.Get(ctx, &status)
	})
	return status, clientError("series "+seriesID+": "+message, err)
}

// Completeness returns the workflow's own tally. The ledger's (store.Completeness) is the truth; both are equal when
// nothing is in flight.
func (c *Client) Completeness(ctx context.Context, seriesID string) (insights.Completeness, error) {
	var tally insights.Completeness
	err := c.query(ctx, seriesID, QueryCompleteness, &tally)
	return tally, err
}

// Status returns what the series' workflow is doing.
func (c *Client) Status(ctx context.Context, seriesID string) (Status, error) {
	var status Status
	err := c.query(ctx, seriesID, QueryStatus, &status)
	return status, err
}

func (c *Client) query(ctx context.Context, seriesID, name string, answer any) error {
	err := patiently(ctx, func() error {
		value, err := c.temporal.QueryWorkflow(ctx, SeriesID(seriesID), "", name)
		if err != nil {
			return err
		}
		return value.Get(answer)
	})
	return clientError("series "+seriesID+": ask its workflow for its "+name, err)
}

// WorkerPolling reports whether a worker asked for workflow tasks within the last minute.
func (c *Client) WorkerPolling(ctx context.Context) (bool, error) {
	return c.polled(ctx, Queue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
}

func (c *Client) polled(ctx context.Context, queue string, kind enumspb.TaskQueueType) (bool, error) {
	response, err := c.temporal.DescribeTaskQueue(ctx, queue, kind)
	if err != nil {
		return false, clientError("task queue "+queue, err)
	}
	for _, poller := range response.GetPollers() {
		if time.Since(poller.GetLastAccessTime().AsTime()) < time.Minute {
			return true, nil
		}
	}
	return false, nil
}

// ShardsWithoutPoller returns the shards of so many whose searches no worker has asked for within the last minute.
func (c *Client) ShardsWithoutPoller(ctx context.Context, shards int) (idle []int, err error) {
	for shard := range max(1, shards) {
		polled, err := c.polled(ctx, SearchQueueOf(shard), enumspb.TASK_QUEUE_TYPE_ACTIVITY)
		if err != nil {
			return nil, err
		}
		if !polled {
			idle = append(idle, shard)
		}
	}
	return idle, nil
}

// LimitSearches lets all workers together start at most so many batches per second, in all shards; 0 is no limit. Shards have equal
// parts of it. Unavailable for a server that cannot (before 1.29).
func (c *Client) LimitSearches(ctx context.Context, perSecond float64, shards int) error {
	for shard := range max(1, shards) {
		update := &workflowservice.UpdateTaskQueueConfigRequest_RateLimitUpdate{Reason: "the setting backsight.search.clusterRate"}
		if perSecond > 0 {
			update.RateLimit = &taskqueuepb.RateLimit{RequestsPerSecond: float32(perSecond / float64(max(1, shards)))}
		}
		_, err := c.temporal.WorkflowService().UpdateTaskQueueConfig(ctx, &workflowservice.UpdateTaskQueueConfigRequest{
			Namespace: c.namespace, Identity: "backsight", TaskQueue: SearchQueueOf(shard), TaskQueueType: enumspb.TASK_QUEUE_TYPE_ACTIVITY,
			UpdateQueueRateLimit: update,
		})
		if err != nil {
			return clientError("task queue "+SearchQueueOf(shard)+": limit", err)
		}
	}
	return nil
}

// notReadyPause is the wait between two tries while a series is between two runs of its workflow: some
// milliseconds at a continue-as-new, a second at most where the server holds a fast run back.
const notReadyPause = 50 * time.Millisecond

// patiently calls try until it returns something else than "between two runs", or ctx ends.
func patiently(ctx context.Context, try func() error) error {
	for {
		err := try()
		var notReady *serviceerror.WorkflowNotReady
		var busy *serviceerror.ResourceExhausted
		if !errors.As(err, &notReady) && !(errors.As(err, &busy) && busy.Cause == enumspb.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(notReadyPause):
		}
	}
}

// clientError classifies what Temporal answered; what says which object and action, for the message.
func clientError(what string, err error) error {
	if err == nil {
		return nil
	}
	var notFound *serviceerror.NotFound
	var invalid *serviceerror.InvalidArgument
	var denied *serviceerror.PermissionDenied
	var application *temporal.ApplicationError
	switch {
	case errors.As(err, &notFound):
		return insights.Errorf(insights.NotFound, "%s: it is not running: %w", what, err)
	case errors.As(err, &invalid):
		return insights.Errorf(insights.Internal, "%s: %w", what, err)
	case errors.As(err, &denied):
		return insights.Errorf(insights.Forbidden, "%s: %w", what, err)
	case errors.As(err, &application):
		return &insights.Error{Code: insights.Code(application.Type()), Message: what + ": " + application.Message(), Cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return insights.Errorf(insights.Unavailable, "%s: no worker answered in time: %w", what, err)
	}
	return insights.Errorf(insights.Unavailable, "%s: %w", what, err)
}

// seriesSummary fits into the 400 bytes of a Temporal summary.
func seriesSummary(title, query string) string {
	const limit = 400
	return cut(fmt.Sprintf("%s: %s", title, query), limit)
}

func seriesDetails(series insights.Series, title string) string {
	scope := "every repository"
	switch {
	case series.Scope.Criteria != "":
		scope = "`" + series.Scope.Criteria + "`"
	case len(series.Scope.Repositories) > 0:
		scope = fmt.Sprintf("%d named repositories", len(series.Scope.Repositories))
	}
	const limit = 20_000 // bytes, of a Temporal details text
	return cut(fmt.Sprintf("**%s**\n\n- query: `%s`\n- scope: %s\n- grid: %d points, every %s until %s\n\nSignals: `pause`, `resume`, `cancel`, `retry`, `extend`, `front`, `back`, `trigger`, `snapshot` (input may be empty, or `{\"by\":\"…\",\"reason\":\"…\"}`; `retry` takes `\"all\":true`, `extend` needs `\"points\":24`). Queries: `status`, `completeness`.",
		title, series.Query, scope, series.Grid.Points, series.Grid.Interval, series.Grid.Anchor.Format(time.RFC3339)), limit)
}
