package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
)

// Client starts the workflows and sends messages to them. Create with NewClient. Its methods are
// safe for concurrent use, and their errors are *insights.Error. NotFound means that the workflow
// of the series has not started or has ended; a query also works after the end, as long as Temporal
// keeps the workflow. Unavailable means that Temporal or its workers did not answer. After either
// of them, callers read the ledger. Queries and updates need a worker that polls, so callers must
// set a deadline of a few seconds.
type Client struct {
	temporal  client.Client
	namespace string
}

// NewClient returns a Client for the namespace with which c was dialled. "" is "default".
func NewClient(c client.Client, namespace string) *Client {
	if namespace == "" {
		namespace = client.DefaultNamespace
	}
	return &Client{temporal: c, namespace: namespace}
}

// SeriesPriority is the priority key of the few tasks of a series' own workflow, and of the
// searches of past times that an operator moved to the front. They start before all other searches
// of past times.
const SeriesPriority = 3

// StartSeries starts the workflow of a stored series. Idempotent: a running workflow continues. The
// Temporal UI shows `title` beside the query; callers pass the title of the series' first view.
func (c *Client) StartSeries(ctx context.Context, series insights.Series, title string) error {
	options := client.StartWorkflowOptions{
		ID:                       SeriesID(series.ID),
		TaskQueue:                Queue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		// A series whose workflow was terminated by hand can start again: the ledger has its
		// samples.
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         seriesSummary(title, series.Query),
		StaticDetails:         seriesDetails(series, title),
		Priority:              temporal.Priority{PriorityKey: SeriesPriority, FairnessKey: series.ID},
		// Summary and details belong to the first run only; the server copies a memo from run to
		// run.
		Memo: map[string]any{"title": title, "query": insights.Truncate(series.Query, 500)},
		TypedSearchAttributes: temporal.NewSearchAttributes(
			AttributeSeries.ValueSet(series.ID), AttributeState.ValueSet(string(Running)), AttributePercent.ValueSet(0)),
	}
	input := SeriesStart{SeriesID: series.ID, Title: title, Query: series.Query, Grid: series.Grid, SignalsInOrder: true}
	_, err := c.temporal.ExecuteWorkflow(ctx, options, SeriesWorkflowName, input)
	return clientError("series "+series.ID+": start its workflow", err)
}

// StopSeries cancels the workflow of a deleted series, with its children. Idempotent: it returns
// nil for a series without a workflow.
func (c *Client) StopSeries(ctx context.Context, seriesID string) error {
	err := c.temporal.CancelWorkflow(ctx, SeriesID(seriesID), "")
	if _, ok := errors.AsType[*serviceerror.NotFound](err); ok {
		return nil
	}
	return clientError("series "+seriesID+": stop its workflow", err)
}

// Send sends a message (Pause and the other constants) to a series and returns the new status of
// the series. It does not wait until the series has acted on the message. Send returns Invalid or
// Conflict for a message that the series refuses.
func (c *Client) Send(ctx context.Context, seriesID, message string, command Command) (Status, error) {
	var status Status
	err := betweenRuns(ctx, func() error {
		handle, err := c.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: SeriesID(seriesID), UpdateName: message, Args: []any{command},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return err
		}
		return handle.Get(ctx, &status)
	})
	return status, clientError("series "+seriesID+": "+message, err)
}

// Completeness returns the workflow's own tally. The source of truth is the ledger's tally
// (store.Samples.Completeness). Status.Completeness says when both are equal.
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
	err := betweenRuns(ctx, func() error {
		value, err := c.temporal.QueryWorkflow(ctx, SeriesID(seriesID), "", name)
		if err != nil {
			return err
		}
		return value.Get(answer)
	})
	return clientError("series "+seriesID+": query "+name+" of its workflow", err)
}

// notReadyPause is the wait between two attempts while a series is between two runs of its
// workflow. A continue-as-new takes some milliseconds, or up to a second when the server delays the
// next run because the last one was short.
const notReadyPause = 50 * time.Millisecond

// betweenRuns calls the function try. It repeats the call while try fails because the series is
// between two runs, until ctx ends.
func betweenRuns(ctx context.Context, try func() error) error {
	for {
		err := try()
		_, notReady := errors.AsType[*serviceerror.WorkflowNotReady](err)
		busy, exhausted := errors.AsType[*serviceerror.ResourceExhausted](err)
		if !notReady && !(exhausted && busy.Cause == enumspb.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(notReadyPause):
		}
	}
}

// clientError classifies an error of Temporal. `what` names the object and the action.
func clientError(what string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*serviceerror.NotFound](err); ok {
		return insights.Errorf(insights.NotFound, "%s: not found, or no longer running: %w", what, err)
	}
	if _, ok := errors.AsType[*serviceerror.InvalidArgument](err); ok {
		return insights.Errorf(insights.Internal, "%s: %w", what, err)
	}
	if _, ok := errors.AsType[*serviceerror.PermissionDenied](err); ok {
		return insights.Errorf(insights.Forbidden, "%s: %w", what, err)
	}
	if application, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		return &insights.Error{Code: insights.Code(cmp.Or(application.Type(), string(insights.Internal))), Message: what + ": " + application.Message(), Cause: err}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return insights.Errorf(insights.Unavailable, "%s: Temporal or its workers did not answer in time: %w", what, err)
	}
	return insights.Errorf(insights.Unavailable, "%s: %w", what, err)
}

// seriesSummary fits into the 400 bytes of a Temporal summary.
func seriesSummary(title, query string) string {
	const limit = 400
	return insights.Truncate(fmt.Sprintf("%s: %s", title, query), limit)
}

func seriesDetails(series insights.Series, title string) string {
	scope := "every repository"
	switch {
	case series.Scope.Criteria != "":
		scope = "`" + series.Scope.Criteria + "`"
	case len(series.Scope.Repositories) > 0:
		scope = fmt.Sprintf("%d named repositories", len(series.Scope.Repositories))
	}
	var signals []string
	for _, message := range Messages {
		signals = append(signals, "`"+message.Name+"`")
	}
	const limit = 20_000 // bytes, of a Temporal details text
	return insights.Truncate(fmt.Sprintf("**%s**\n\n- query: `%s`\n- scope: %s\n- grid: %d past points, every %s until %s\n\n"+
		"Signals: %s. "+
		"The input may be empty, or `{\"by\":\"…\",\"reason\":\"…\"}`; `retry` accepts `\"all\":true`, `extend` needs a number, such as `\"points\":24`. "+
		"Queries: `status`, `completeness`.",
		title, series.Query, scope, series.Grid.Points, series.Grid.Interval, series.Grid.Anchor.Format(time.RFC3339),
		strings.Join(signals, ", ")), limit)
}
