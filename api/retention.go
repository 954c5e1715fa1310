package api

import (
	"context"
	"slices"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// Retention returns how many sample times the series' charts show, whether the series has a number
// of its own, and how many times are archived.
func (r *seriesResolver) Retention(ctx context.Context, s *model.InsightsSeries) (*generated.SeriesRetention, error) {
	setting, err := r.retentionSetting(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := r.config.Store.Retention.Of(ctx, s.SeriesID, setting)
	if err != nil {
		return nil, err
	}
	return &generated.SeriesRetention{Points: kept.Points, Override: kept.Own, Archived: kept.Archived}, nil
}

func (r *resolver) retentionSetting(ctx context.Context) (points int, err error) {
	err = r.config.Store.Settings.Read(ctx, store.SettingRetentionPoints, &points)
	return points, err
}

// SetInsightSeriesRetention stores the number and archives or restores sample times immediately.
func (r *mutationResolver) SetInsightSeriesRetention(ctx context.Context, seriesID string, points *int) (*model.InsightsSeries, error) {
	setting, err := r.retentionSetting(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.config.Store.Retention.Set(ctx, seriesID, points); err != nil {
		return nil, err
	}
	if _, err := r.config.Store.Retention.KeepNewestOf(ctx, seriesID, setting); err != nil {
		return nil, err
	}
	series, err := r.config.Store.Series.Get(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	return seriesModel(series, wholeDisplay), nil
}

// Plans lists the plans of the series, newest first.
func (r *seriesResolver) Plans(ctx context.Context, s *model.InsightsSeries, first *int) ([]*generated.SeriesPlan, error) {
	limit := 50
	if first != nil {
		limit = *first
	}
	if limit < 1 || limit > 1000 {
		return nil, insights.Errorf(insights.Invalid, "first: %d: use a number from 1 to 1000", limit)
	}
	plans, err := r.config.Store.Plans.List(ctx, s.SeriesID, limit)
	if err != nil {
		return nil, err
	}
	hides, err := r.hides(ctx, s.Page)
	if err != nil {
		return nil, err
	}
	if hides {
		plans = slices.DeleteFunc(plans, func(p store.Plan) bool { return p.Kind.DependsOnSamples() })
	}
	models := make([]*generated.SeriesPlan, len(plans))
	for i, p := range plans {
		models[i] = &generated.SeriesPlan{Number: p.Number, Kind: planKindModel(p.Kind), CreatedAt: p.CreatedAt, CompletedAt: p.CompletedAt}
		for _, t := range p.Times {
			models[i].Times = append(models[i].Times, &t)
		}
		if p.Note != "" && viewer(ctx).Admin { // the note names repositories, which can be private
			models[i].Note = &p.Note
		}
	}
	return models, nil
}

// Notices lists the notices of the series. People who may not see all repositories get only those
// that are not about samples; InsightsSeries.reasons has what they may know about samples.
func (r *seriesResolver) Notices(ctx context.Context, s *model.InsightsSeries) ([]*generated.SeriesNotice, error) {
	notices, err := r.config.Store.Notices.List(ctx, s.SeriesID)
	if err != nil {
		return nil, err
	}
	hides, err := r.hides(ctx, s.Page)
	if err != nil {
		return nil, err
	}
	if hides {
		notices = slices.DeleteFunc(notices, func(n store.Notice) bool { return n.Code != insights.ReasonPlanning })
	}
	models := make([]*generated.SeriesNotice, len(notices))
	for i, n := range notices {
		models[i] = &generated.SeriesNotice{Reason: n.Text(), Since: n.Since, ForTime: n.ForTime}
	}
	return models, nil
}
