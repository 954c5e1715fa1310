package activities

import (
	"context"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// Points ends samples without a search.
type Points struct {
	Store   *store.Store
	Metrics *telemetry.Metrics
}

// Fail ends the pending samples of a range as failed and returns the tally of the range. If At is
// set, it ends only the sample at that time and the samples that a search would have settled
// together with it. A sample that a retry has selected gets its earlier outcome back instead, if
// that had a value. Samples that are not pending keep their outcomes, so a second call changes
// nothing.
func (p *Points) Fail(ctx context.Context, in FailInput) (insights.Completeness, error) {
	samples, err := p.Store.Samples.Pending(ctx, in.SeriesID, in.Plan, in.From, in.Through)
	if err != nil {
		return insights.Completeness{}, activityError(ctx, err)
	}
	byInterval, err := isPerInterval(ctx, p.Store, in.SeriesID)
	if err != nil {
		return insights.Completeness{}, activityError(ctx, err)
	}
	samples = engine.Failed(engine.Together(samples, in.At, byInterval), in.Code, in.Reason)
	if err := p.Store.Samples.Write(ctx, in.SeriesID, in.Plan, samples); err != nil {
		return insights.Completeness{}, activityError(ctx, err)
	}
	for _, s := range samples {
		p.Metrics.Settled(telemetry.ByGiveUp, s.Outcome, 1)
	}
	if len(samples) > 0 {
		logger(ctx, logSeries, in.SeriesID, logFrame, samples[0].Time).Warn("samples were given up",
			"samples", len(samples), "firstRepository", samples[0].RepositoryID, "code", in.Code, "reason", in.Reason)
	}
	tally, err := tallyOf(ctx, p.Store, in.Range)
	return tally, activityError(ctx, err)
}

// tallyOf returns the tally of a range.
func tallyOf(ctx context.Context, s *store.Store, in Range) (insights.Completeness, error) {
	return s.Samples.TallyOfRange(ctx, in.SeriesID, in.Plan, in.From, in.Through, in.At)
}
