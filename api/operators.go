package api

import (
	"context"
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// messageTimeout bounds how long an order waits for the workflow's word.
const messageTimeout = 10 * time.Second

// PauseInsightSeries asks the series' workflow to pause and answers when it has taken the order.
func (r *mutationResolver) PauseInsightSeries(ctx context.Context, seriesID string, reason, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed), Reason: orEmpty(reason)}, contract.Pause)
}

// ResumeInsightSeries asks the series' workflow to go on.
func (r *mutationResolver) ResumeInsightSeries(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Resume)
}

// RetryInsightSeriesBackfill asks the series' workflow to try again what went wrong, or everything.
func (r *mutationResolver) RetryInsightSeriesBackfill(ctx context.Context, seriesID string, all *bool, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed), All: all != nil && *all}, contract.Retry)
}

// RetryInsightSamples asks the same for some samples. The selection is looked at here, while somebody is there to be told.
func (r *mutationResolver) RetryInsightSamples(ctx context.Context, seriesID string, filter generated.SampleFilter, claimed *string) (*model.InsightsSeries, error) {
	chosen := sampleFilter(seriesID, &filter)
	selection := insights.Selection{Outcomes: chosen.Outcomes, Time: chosen.Time, Repository: chosen.RepoPattern}
	if err := r.config.Store.ValidateSelection(ctx, seriesID, selection); err != nil {
		return nil, err
	}
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed), Selection: selection}, contract.Retry)
}

// ExtendInsightSeries asks the series' workflow for more points of the past.
func (r *mutationResolver) ExtendInsightSeries(ctx context.Context, seriesID string, points int, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed), Points: points}, contract.Extend)
}

// CancelInsightSeriesBackfill asks the series' workflow to drop its work on the past.
func (r *mutationResolver) CancelInsightSeriesBackfill(ctx context.Context, seriesID string, reason, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed), Reason: orEmpty(reason)}, contract.Cancel)
}

// TriggerInsightSeries asks the series' workflow to look now for what it can do.
func (r *mutationResolver) TriggerInsightSeries(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Trigger)
}

// MoveInsightSeriesBackfillToFrontOfQueue lets the work on the series' past go before that of all others.
func (r *mutationResolver) MoveInsightSeriesBackfillToFrontOfQueue(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Front)
}

// MoveInsightSeriesBackfillToBackOfQueue puts it behind that of all others.
func (r *mutationResolver) MoveInsightSeriesBackfillToBackOfQueue(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Back)
}

// SnapshotInsightSeries asks the series' workflow for a snapshot.
func (r *mutationResolver) SnapshotInsightSeries(ctx context.Context, seriesID string, claimed *string) (*model.InsightsSeries, error) {
	return r.order(ctx, seriesID, contract.Command{By: by(ctx, claimed)}, contract.Snapshot)
}

func (r *mutationResolver) order(ctx context.Context, seriesID string, order contract.Command, message string) (*model.InsightsSeries, error) {
	series, err := r.config.Store.Series(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, messageTimeout)
	defer cancel()
	status, err := r.config.Workflows.Send(ctx, seriesID, message, order)
	if insights.ErrorCode(err) == insights.NotFound {
		if err = r.startAnew(ctx, seriesID); err == nil {
			status, err = r.config.Workflows.Send(ctx, seriesID, message, order)
		}
	}
	if err != nil {
		return nil, workflowError(seriesID, err)
	}
	s := seriesModel(series)
	// The answer to "what does it do now" is the one that came with the order.
	_, err = model.Load(s.Page, "workflow", func([]string) (map[string]*contract.Status, error) {
		return map[string]*contract.Status{seriesID: &status}, nil
	})
	return s, err
}

// startAnew starts the workflow of a series that has none: somebody ended it in the Temporal UI, or Temporal's database is
// another one. The ledger has what is done, so it goes on from there. What fails here after the mark, a worker does.
func (r *mutationResolver) startAnew(ctx context.Context, seriesID string) error {
	if err := r.config.Store.MarkSeriesLost(ctx, seriesID); err != nil {
		return err
	}
	lost, err := r.config.Store.SeriesToStart(ctx)
	if err != nil {
		return err
	}
	for _, one := range lost {
		if one.Series.ID != seriesID {
			continue
		}
		r.config.Logger.WarnContext(ctx, "a series had no workflow and gets a new one", "series", seriesID)
		if err := r.config.Workflows.StartSeries(ctx, one.Series, one.Title); err != nil {
			return err
		}
		return r.config.Store.MarkSeriesStarted(ctx, seriesID)
	}
	return nil
}

// workflowError keeps Temporal's own words in the log and says in ours what can be done.
func workflowError(seriesID string, err error) error {
	switch insights.ErrorCode(err) {
	case insights.NotFound:
		return &insights.Error{Code: insights.Conflict, Cause: err, Message: "series " + seriesID + " has no running workflow: it has just been created or was ended; try again in a few seconds"}
	case insights.Unavailable:
		return &insights.Error{Code: insights.Unavailable, Cause: err, Message: "series " + seriesID + ": no worker took the order in time; is one running? `backsight doctor` says what was found"}
	}
	return err
}
