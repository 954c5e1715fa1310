package api

import (
	"context"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// seriesTallies are the ledger's tallies of the samples that a person may see, by series.
type seriesTallies struct {
	of map[string]insights.Completeness
	// There are repositories that the person may not see. Then texts and numbers that depend on
	// their samples must not reach the person: the outcome of a sample tells what a file contains.
	partly bool
}

// tallies returns the tallies of all series of a page. Costs one SQL statement for the page, and
// two more if the person is not an administrator.
func (r *resolver) tallies(ctx context.Context, page *model.Page) (seriesTallies, error) {
	return model.Load(page, "completeness", func(ids []string) (seriesTallies, error) {
		of, partly, err := r.config.Store.Samples.VisibleCompleteness(ctx, ids, viewer(ctx))
		return seriesTallies{of, partly}, err
	})
}

// hides reports whether there are repositories that the person may not see. For administrators it
// reads nothing.
func (r *resolver) hides(ctx context.Context, page *model.Page) (bool, error) {
	if viewer(ctx).Admin {
		return false, nil
	}
	tallies, err := r.tallies(ctx, page)
	return tallies.partly, err
}

// measured returns a series' tally with the rate at which samples end, and the time left. Both are
// null if the person sees only a part of the samples.
func (r *resolver) measured(id string, t seriesTallies) *generated.Completeness {
	c := t.of[id]
	m := tallyModel(c)
	if t.partly {
		return m
	}
	if rate, eta := r.rates.observe(id, c); rate > 0 {
		m.Rate, m.EtaSeconds = &rate, &eta
	}
	return m
}

// Completeness returns the tallies of all series of the page. Costs one SQL statement for the page.
func (r *seriesResolver) Completeness(ctx context.Context, objs []*model.InsightsSeries) ([]*generated.Completeness, error) {
	tallies, err := r.tallies(ctx, pageOf(objs))
	if err != nil {
		return nil, err
	}
	result := make([]*generated.Completeness, len(objs))
	for i, s := range objs {
		result[i] = r.measured(s.SeriesID, tallies)
	}
	return result, nil
}

// Status returns the tally with Sourcegraph's field names, in which a job is a sample.
func (r *seriesResolver) Status(ctx context.Context, s *model.InsightsSeries) (*generated.InsightSeriesStatus, error) {
	tallies, err := r.tallies(ctx, s.Page)
	if err != nil {
		return nil, err
	}
	c := tallies.of[s.SeriesID]
	return &generated.InsightSeriesStatus{
		TotalPoints:         int(c.Planned),
		PendingJobs:         int(c.Pending),
		CompletedJobs:       int(c.Done() - c.Failed),
		FailedJobs:          int(c.Failed),
		BackfillQueuedAt:    s.Series.BackfillQueuedAt,
		BackfillCompletedAt: s.Series.BackfillCompletedAt,
		IsLoadingData:       ptr(s.Series.BackfillQueuedAt == nil || c.Pending > 0),
		NextRecordingAfter:  s.Series.NextRecordingAfter,
	}, nil
}

// statusTimeout bounds one call of statuses. Without a worker no workflow answers.
const statusTimeout = 2 * time.Second

// statusConcurrency is the largest number of workflow queries that one call of resolver.statuses
// runs at the same time.
const statusConcurrency = 8

// Workflow queries the workflows of all series of the page concurrently, within statusTimeout. The
// result is null for a series whose workflow does not answer.
func (r *seriesResolver) Workflow(ctx context.Context, s *model.InsightsSeries) (*generated.SeriesWorkflowStatus, error) {
	all, err := model.Load(s.Page, "workflow", func(ids []string) (map[string]*contract.Status, error) {
		return r.statuses(ctx, ids), ctx.Err()
	})
	if err != nil || all[s.SeriesID] == nil {
		return nil, err
	}
	status := *all[s.SeriesID]
	if !viewer(ctx).Admin {
		tallies, err := r.tallies(ctx, s.Page)
		if err != nil {
			return nil, err
		}
		if tallies.partly {
			status = visibleStatus(status, tallies.of[s.SeriesID])
		}
	}
	return r.workflowModel(s.SeriesID, status), nil
}

// hiddenText replaces texts that can come from a search of a repository that the person may not
// see.
const hiddenText = "an administrator can read the reason"

// visibleStatus returns the status for a person who may see only the samples of the tally.
func visibleStatus(s contract.Status, tally insights.Completeness) contract.Status {
	s.Completeness, s.Snapshot, s.InFlight = tally, nil, 0
	if s.Kind.DependsOnSamples() {
		s.Kind = ""
	}
	if s.Paused != nil && s.Paused.Breaker {
		paused := *s.Paused
		paused.Reason = hiddenText
		s.Paused = &paused
	}
	if s.Problem != nil {
		problem := *s.Problem
		problem.Message = hiddenText
		s.Problem = &problem
	}
	if s.Refused != nil {
		refused := *s.Refused
		refused.Reason = hiddenText
		s.Refused = &refused
	}
	return s
}

func (r *resolver) statuses(ctx context.Context, ids []string) map[string]*contract.Status {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	found := make([]*contract.Status, len(ids))
	var group errgroup.Group
	group.SetLimit(statusConcurrency)
	for i, id := range ids {
		group.Go(func() error {
			status, err := r.config.Workflows.Status(ctx, id)
			if err != nil {
				r.config.Logger.DebugContext(ctx, "the workflow of a series did not answer", "series", id, "error", err)
				return nil
			}
			found[i] = &status
			return nil
		})
	}
	_ = group.Wait() // the functions return nil
	all := make(map[string]*contract.Status, len(ids))
	for i, id := range ids {
		all[id] = found[i]
	}
	return all
}

func stateModel(s contract.State) generated.SeriesWorkflowState {
	return generated.SeriesWorkflowState(strings.ToUpper(string(s)))
}

func positionModel(p contract.QueuePosition) generated.SeriesQueuePosition {
	switch p {
	case contract.QueueFront:
		return generated.SeriesQueuePositionFront
	case contract.QueueBack:
		return generated.SeriesQueuePositionBack
	case contract.QueueDefault:
	}
	return generated.SeriesQueuePositionNormal
}

// planKindModel converts a kind of plan to the schema's enum.
func planKindModel(kind insights.PlanKind) generated.SeriesPlanKind {
	return generated.SeriesPlanKind(strings.ToUpper(strings.ReplaceAll(string(kind), "-", "_")))
}

func (r *resolver) workflowModel(id string, s contract.Status) *generated.SeriesWorkflowStatus {
	m := &generated.SeriesWorkflowStatus{
		State: stateModel(s.State), InFlight: s.InFlight, WaitingPlans: s.Waiting, QueuePosition: positionModel(s.QueuePosition), Completeness: tallyModel(s.Completeness),
	}
	if !s.NextRecordingAt.IsZero() {
		m.NextRecordingAt = &s.NextRecordingAt
	}
	if s.Kind != "" {
		m.Kind = ptr(planKindModel(s.Kind))
	}
	if s.Snapshot != nil {
		m.Snapshot = tallyModel(*s.Snapshot)
	}
	if s.Paused != nil {
		m.PausedBy, m.PausedReason, m.PausedAt = &s.Paused.By, &s.Paused.Reason, &s.Paused.At
	}
	if p := s.Problem; p != nil {
		m.Problem = &generated.SeriesProblem{Code: string(p.Code), Message: p.Message, At: p.At, RetryAt: p.RetryAt}
	}
	if no := s.Refused; no != nil {
		m.Refused = &generated.RefusedSignal{Signal: no.Message, By: orNil(no.By), Reason: no.Reason, At: no.At}
	}
	if r.config.TemporalUI != "" {
		m.TemporalURL = ptr(r.config.TemporalUI + "/namespaces/" + url.PathEscape(r.config.Namespace) + "/workflows/" + url.PathEscape(contract.SeriesID(id)))
	}
	return m
}
