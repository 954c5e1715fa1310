package api

import (
	"cmp"
	"context"
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// messageTimeout bounds the calls to Temporal of one command, and of syncRepository.
const messageTimeout = 10 * time.Second

// PauseInsightSeries pauses a series. It returns when the workflow has accepted the command.
func (r *mutationResolver) PauseInsightSeries(ctx context.Context, seriesID string, reason, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed), Reason: orEmpty(reason)}, contract.Pause)
}

// ResumeInsightSeries resumes a series.
func (r *mutationResolver) ResumeInsightSeries(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Resume)
}

// RetryInsightSeriesBackfill retries the partial and failed samples of a series, or every sample if
// *all is true.
func (r *mutationResolver) RetryInsightSeriesBackfill(ctx context.Context, seriesID string, all *bool, claimed *string) (*model.InsightsSeries, error) {
	return r.retry(ctx, seriesID, contract.Command{By: by(ctx, claimed), All: all != nil && *all})
}

// RetryInsightSamples retries the samples that the filter selects. It validates the filter before
// it sends the command, so that the client gets the error.
func (r *mutationResolver) RetryInsightSamples(ctx context.Context, seriesID string, filter generated.SampleFilter, claimed *string) (*model.InsightsSeries, error) {
	selected := sampleFilter(seriesID, &filter)
	selection := insights.Selection{Outcomes: selected.Outcomes, Time: selected.Time, Repository: selected.RepoPattern}
	if err := r.config.Store.Samples.ValidateSelection(ctx, seriesID, selection, viewer(ctx)); err != nil {
		return nil, err
	}
	return r.retry(ctx, seriesID, contract.Command{By: by(ctx, claimed), Selection: selection})
}

// retry sends a retry. It returns an Invalid error if a person who is not an administrator may see
// none of the samples that the retry would compute again: otherwise the state of the series would
// tell the person whether there are hidden samples with an outcome.
func (r *mutationResolver) retry(ctx context.Context, seriesID string, command contract.Command) (*model.InsightsSeries, error) {
	if who := viewer(ctx); !who.Admin {
		selection, err := command.Selected()
		if err != nil {
			return nil, err
		}
		n, err := r.config.Store.Samples.Count(ctx, store.SampleFilter{
			SeriesID: seriesID, Outcomes: selection.Outcomes, Time: selection.Time, RepoPattern: selection.Repository, Viewer: who,
		})
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, insights.Errorf(insights.Invalid, "series %s: no sample that you may see is selected, so nothing is retried", seriesID)
		}
	}
	return r.send(ctx, seriesID, command, contract.Retry)
}

// ExtendInsightSeries extends a series to a larger number of points.
func (r *mutationResolver) ExtendInsightSeries(ctx context.Context, seriesID string, points int, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed), Points: points}, contract.Extend)
}

// CancelInsightSeriesBackfill cancels the work on past times of a series.
func (r *mutationResolver) CancelInsightSeriesBackfill(ctx context.Context, seriesID string, reason, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed), Reason: orEmpty(reason)}, contract.Cancel)
}

// TriggerInsightSeries makes a series check for work now.
func (r *mutationResolver) TriggerInsightSeries(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Trigger)
}

// MoveInsightSeriesBackfillToFrontOfQueue moves a series' work on past times ahead of the work of
// all other series.
func (r *mutationResolver) MoveInsightSeriesBackfillToFrontOfQueue(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Front)
}

// MoveInsightSeriesBackfillToBackOfQueue moves a series' work on past times behind the work of all
// other series.
func (r *mutationResolver) MoveInsightSeriesBackfillToBackOfQueue(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Back)
}

// SnapshotInsightSeries makes a series take a snapshot.
func (r *mutationResolver) SnapshotInsightSeries(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.send(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Snapshot)
}

// send sends a command to a series' workflow and returns the series with its new state. If the
// series has no workflow, send starts one and sends the command again.
func (r *mutationResolver) send(ctx context.Context, seriesID string, command contract.Command, message string) (*model.InsightsSeries, error) {
	if err := checkTexts(command); err != nil {
		return nil, err
	}
	series, err := r.config.Store.Series.Get(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, messageTimeout)
	defer cancel()
	status, err := r.config.Workflows.Send(ctx, seriesID, message, command)
	if insights.ErrorCode(err) == insights.NotFound {
		if err = r.startAnew(ctx, seriesID); err == nil {
			status, err = r.config.Workflows.Send(ctx, seriesID, message, command)
		}
	}
	if err != nil {
		return nil, workflowError(seriesID, err)
	}
	s := seriesModel(series, wholeDisplay)
	// The GraphQL field `workflow` of the result then returns the state that the command returned,
	// and does not query the workflow.
	_, err = model.Load(s.Page, "workflow", func([]string) (map[string]*contract.Status, error) {
		return map[string]*contract.Status{seriesID: &status}, nil
	})
	return s, err
}

// checkTexts returns an Invalid error if a text of the command cannot be shown on one line, or is
// longer than contract.MaxText. Temporal terminates a workflow that gets a message of more than 2
// MiB.
func checkTexts(c contract.Command) error {
	return cmp.Or(
		insights.CheckText("reason", c.Reason, contract.MaxText),
		insights.CheckText("by", c.By, contract.MaxText),
		insights.CheckText("filter.repository", c.Selection.Repository, contract.MaxText),
	)
}

// startAnew starts a new workflow for a series that has none, for example because an operator
// terminated the old one or Temporal's database was replaced. The new workflow continues from the
// ledger. If startAnew fails after MarkLost, a worker starts the workflow.
func (r *mutationResolver) startAnew(ctx context.Context, seriesID string) error {
	start, err := r.config.Store.Series.MarkLost(ctx, seriesID)
	if err != nil {
		return err
	}
	r.config.Logger.WarnContext(ctx, "starting a new workflow for a series that has none", "series", seriesID)
	if err := r.config.Workflows.StartSeries(ctx, start.Series, start.Title); err != nil {
		return err
	}
	return r.config.Store.Series.MarkStarted(ctx, seriesID)
}

// workflowError replaces an error of Temporal with one that tells the user what to do. The original
// error is its Cause, which clients do not see.
func workflowError(seriesID string, err error) error {
	switch insights.ErrorCode(err) {
	case insights.NotFound:
		return &insights.Error{Code: insights.Conflict, Cause: err, Message: "series " + seriesID + " has no running workflow: the series was deleted, or it was just created; if it was created, try again in a few seconds"}
	case insights.Unavailable:
		return &insights.Error{Code: insights.Unavailable, Cause: err, Message: "series " + seriesID + ": the command was not accepted in time: are Temporal and a worker running? `backsight doctor` checks the installation"}
	}
	return err
}
