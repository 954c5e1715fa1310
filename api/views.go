package api

import (
	"context"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// InsightViews lists views, newest first. Costs one SQL statement for the views and one for their
// series, and one more if the client requests totalCount.
func (r *queryResolver) InsightViews(ctx context.Context, first *int, after, id, find *string, options *generated.SeriesDisplayOptionsInput) (*generated.InsightViewConnection, error) {
	limit, err := checkPage(first)
	if err != nil {
		return nil, err
	}
	display, err := displayOf(options)
	if err != nil {
		return nil, err
	}
	filter := store.ViewFilter{ID: orEmpty(id), Find: orEmpty(find), Limit: limit + 1}
	if after != nil {
		key, err := decodeCursor("view", *after, 1)
		if err != nil {
			return nil, err
		}
		filter.After = key[0]
	}
	views, err := r.config.Store.Views.List(ctx, filter)
	if err != nil {
		return nil, err
	}
	connection := &generated.InsightViewConnection{}
	views, connection.PageInfo = endPage(views, limit, func(v insights.View) string { return encodeCursor("view", v.ID) })
	if connection.Nodes, err = r.viewModels(ctx, views, display); err != nil {
		return nil, err
	}
	if asksFor(ctx, "totalCount") {
		n, err := r.config.Store.Views.Count(ctx, filter)
		if err != nil {
			return nil, err
		}
		connection.TotalCount = int(n)
	}
	return connection, nil
}

// InsightSeries returns one series, or null. Its label is its query, because labels belong to
// views.
func (r *queryResolver) InsightSeries(ctx context.Context, id string, options *generated.SeriesDisplayOptionsInput) (*model.InsightsSeries, error) {
	display, err := displayOf(options)
	if err != nil {
		return nil, err
	}
	series, err := r.config.Store.Series.Get(ctx, id)
	if insights.ErrorCode(err) == insights.NotFound {
		return nil, nil //nolint:nilnil // the schema defines null for an unknown id
	}
	if err != nil {
		return nil, err
	}
	return seriesModel(series, display), nil
}

// DeleteInsightView deletes a view and stops the workflows of series that no other view shows. If
// stopping fails, the worker's reconciler stops them.
func (r *mutationResolver) DeleteInsightView(ctx context.Context, id string) (*generated.EmptyResponse, error) {
	if err := r.config.Store.Views.Delete(ctx, id); err != nil {
		return nil, err
	}
	ctx, cancel := afterCommit(ctx)
	defer cancel()
	ids, err := r.config.Store.Series.ToStop(ctx)
	if err != nil {
		r.config.Logger.WarnContext(ctx, "could not find out which series to stop; the reconciler stops them", "view", id, "error", err)
	}
	for _, series := range ids {
		if err := r.config.Workflows.StopSeries(ctx, series); err != nil {
			r.config.Logger.WarnContext(ctx, "stopping a deleted series failed; the reconciler stops it", "series", series, "error", err)
			continue
		}
		if err := r.config.Store.Series.MarkStopped(ctx, series); err != nil {
			r.config.Logger.WarnContext(ctx, "marking a series as stopped failed; the reconciler stops it again, which is harmless", "series", series, "error", err)
		}
	}
	return &generated.EmptyResponse{}, nil
}

// afterCommitTimeout bounds the work that follows a committed change while the client waits.
const afterCommitTimeout = 5 * time.Second

// afterCommit returns a context for the work that follows a mutation's commit. It does not end when
// the client disconnects.
func afterCommit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), afterCommitTimeout)
}

// startSeries starts the workflows of a new view's series. Starting a series that runs already,
// because an older view shows it too, has no effect.
func (r *mutationResolver) startSeries(ctx context.Context, view insights.View) {
	ctx, cancel := afterCommit(ctx)
	defer cancel()
	for _, s := range view.Series {
		if err := r.config.Workflows.StartSeries(ctx, s.Series, view.Title); err != nil {
			r.config.Logger.WarnContext(ctx, "starting a series failed; the reconciler starts it", "series", s.ID, "error", err)
			continue
		}
		if err := r.config.Store.Series.MarkStarted(ctx, s.ID); err != nil {
			r.config.Logger.WarnContext(ctx, "marking a series as started failed; the reconciler starts it again, which has no effect", "series", s.ID, "error", err)
		}
	}
}

// CreateLineChartSearchInsight stores a view and starts its series. It reports errors in the input
// with their fields.
func (r *mutationResolver) CreateLineChartSearchInsight(ctx context.Context, input generated.LineChartSearchInsightInput) (*generated.InsightViewPayload, error) {
	view, problems := newView(input, r.config.Now())
	if len(problems) == 0 {
		missing, err := r.missingRepositories(ctx, input)
		if err != nil {
			return nil, err
		}
		problems = missing
	}
	if len(problems) > 0 {
		last := len(problems) - 1
		for _, p := range problems[:last] {
			graphql.AddError(ctx, p)
		}
		return nil, problems[last]
	}
	view.Owner = viewer(ctx).Login
	created, err := r.config.Store.Views.Create(ctx, view)
	if err != nil {
		return nil, err
	}
	r.startSeries(ctx, created)
	models, err := r.viewModels(ctx, []insights.View{created}, wholeDisplay)
	if err != nil {
		return nil, err
	}
	return &generated.InsightViewPayload{View: models[0]}, nil
}

// viewModels converts views for the person who asks for them. All their series share one page.
func (r *resolver) viewModels(ctx context.Context, views []insights.View, display store.Display) ([]*generated.InsightView, error) {
	who := sender(ctx)
	var all []insights.Series
	var names []string
	for _, v := range views {
		for _, s := range v.Series {
			all, names = append(all, s.Series), append(names, s.Scope.Repositories...)
		}
	}
	hidden, err := r.config.Store.Repositories.HiddenNames(ctx, names, who.Viewer)
	if err != nil {
		return nil, err
	}
	page := pageOfSeries(all, display)
	models := make([]*generated.InsightView, len(views))
	for i, v := range views {
		m := &generated.InsightView{
			ID: v.ID, CreatedAt: v.CreatedAt, Owner: orNil(v.Owner), ViewerCanEdit: permissions["Mutation.deleteInsightView"].allows(who, who.owns(v.Owner)),
			Presentation:          &generated.LineChartInsightViewPresentation{Title: v.Title, SeriesPresentation: []*generated.LineChartDataSeriesPresentation{}},
			DataSeries:            []*model.InsightsSeries{},
			DataSeriesDefinitions: []*generated.SearchInsightDataSeriesDefinition{},
		}
		for _, s := range v.Series {
			m.DataSeries = append(m.DataSeries, &model.InsightsSeries{SeriesID: s.ID, Label: s.Label, Series: s.Series, Page: page})
			m.Presentation.SeriesPresentation = append(m.Presentation.SeriesPresentation,
				&generated.LineChartDataSeriesPresentation{SeriesID: s.ID, Label: s.Label, Color: s.Stroke})
			m.DataSeriesDefinitions = append(m.DataSeriesDefinitions, definitionModel(s.Series, hidden))
		}
		models[i] = m
	}
	return models, nil
}

// seriesModel converts a series that is not read through a view.
func seriesModel(series insights.Series, display store.Display) *model.InsightsSeries {
	page := pageOfSeries([]insights.Series{series}, display)
	return &model.InsightsSeries{SeriesID: series.ID, Label: series.Query, Series: series, Page: page}
}

// pageOfSeries returns the page of some series. If none of them counts by value, the display does
// not select values, which saves an SQL statement.
func pageOfSeries(series []insights.Series, display store.Display) *model.Page {
	ids := make([]string, len(series))
	for i, s := range series {
		ids[i] = s.ID
	}
	if !slices.ContainsFunc(series, func(s insights.Series) bool { return s.Method.ByValue() }) {
		display.Values = 0
	}
	return model.NewPage(ids, display)
}

// definitionModel converts the definition of a series without the names of hidden repositories.
func definitionModel(s insights.Series, hidden []string) *generated.SearchInsightDataSeriesDefinition {
	var scope generated.InsightRepositoryDefinition = &generated.RepositorySearchScope{Search: s.Scope.Criteria, AllRepositories: s.Scope.Criteria == ""}
	if len(s.Scope.Repositories) > 0 {
		seen := slices.DeleteFunc(slices.Clone(s.Scope.Repositories), func(name string) bool { return slices.Contains(hidden, name) })
		scope = &generated.InsightRepositoryScope{Repositories: seen}
	}
	return &generated.SearchInsightDataSeriesDefinition{
		SeriesID: s.ID, Query: s.Query, RepositoryDefinition: scope,
		TimeScope:                  &generated.InsightIntervalTimeScope{Unit: generated.TimeIntervalStepUnit(s.Grid.Interval.Unit), Value: s.Grid.Interval.Value},
		GeneratedFromCaptureGroups: s.Method == insights.SearchCompute, GenerationMethod: methodModels[s.Method],
		Points: s.Grid.Points, Anchor: s.Grid.Anchor, Zone: s.Grid.Zone,
	}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
