package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/store"
)

// Points answers for all series of the page with a bounded number of statements for each distinct set of arguments.
func (r *seriesResolver) Points(ctx context.Context, objs []*model.InsightsSeries, from, to *time.Time, includeRepoRegex, excludeRepoRegex *string) ([][]*generated.InsightDataPoint, error) {
	charts, err := r.charts(ctx, objs, from, to, includeRepoRegex, excludeRepoRegex)
	if err != nil {
		return nil, err
	}
	result := make([][]*generated.InsightDataPoint, len(objs))
	for i, s := range objs {
		result[i] = pointModels(s.Series, charts[s.SeriesID].Points)
	}
	return result, nil
}

// ValueCount is read with the points.
func (r *seriesResolver) ValueCount(ctx context.Context, objs []*model.InsightsSeries, from, to *time.Time, includeRepoRegex, excludeRepoRegex *string) ([]int, error) {
	charts, err := r.charts(ctx, objs, from, to, includeRepoRegex, excludeRepoRegex)
	if err != nil {
		return nil, err
	}
	result := make([]int, len(objs))
	for i, s := range objs {
		result[i] = charts[s.SeriesID].Values
	}
	return result, nil
}

func (r *resolver) charts(ctx context.Context, objs []*model.InsightsSeries, from, to *time.Time, include, exclude *string) (map[string]store.Chart, error) {
	filter := store.PointFilter{From: from, To: to, Include: orEmpty(include), Exclude: orEmpty(exclude), Viewer: viewer(ctx)}
	key := fmt.Sprintf("points %v %v %q %q", instant(from), instant(to), filter.Include, filter.Exclude)
	page := pageOf(objs)
	return model.Load(page, key, func(ids []string) (map[string]store.Chart, error) {
		return r.config.Store.Charts.Read(ctx, ids, filter, page.Display)
	})
}

// mostValues is the largest limit: more lines than anybody reads.
const mostValues = 1000

// displayOf checks what a request says; nothing said is all there is.
func displayOf(o *generated.SeriesDisplayOptionsInput) (d store.Display, err error) {
	if o == nil {
		return d, nil
	}
	d.Values = 20 // as the schema says, which a null overrides
	if o.Limit != nil {
		d.Values = *o.Limit
	}
	if d.Values < 1 || d.Values > mostValues {
		return d, insights.Errorf(insights.Invalid, "limit: %d: use a number from 1 to %d", d.Values, mostValues)
	}
	if o.NumSamples != nil {
		if d.Samples = *o.NumSamples; d.Samples < 1 || d.Samples > 1<<20 {
			return d, insights.Errorf(insights.Invalid, "numSamples: %d: use a number from 1, or null for all", d.Samples)
		}
	}
	if o.SortOptions != nil {
		d.Ascending = o.SortOptions.Direction == generated.SeriesSortDirectionAsc
		switch o.SortOptions.Mode {
		case generated.SeriesSortModeResultCount:
			d.Sort = store.ByCount
		case generated.SeriesSortModeLexicographical:
			d.Sort = store.ByLabel
		case generated.SeriesSortModeDateAdded:
			d.Sort = store.ByFirst
		}
	}
	return d, nil
}

func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// pointModels shows points in time order. The queries are in Sourcegraph's words, for its users to go on with.
func pointModels(series insights.Series, points []store.Point) []*generated.InsightDataPoint {
	models := make([]*generated.InsightDataPoint, len(points))
	parsed, err := query.Parse(series.Query)
	perInterval := err == nil && parsed.Kind() != query.Files
	var previous, at time.Time // the time before the current one, and the current one: captured values share a time
	for i, p := range points {
		if !p.Time.Equal(at) {
			previous, at = at, p.Time
		}
		text := series.Query
		if series.Method == insights.LanguageStats {
			text = languageQuery(text, p.Label)
		}
		models[i] = &generated.InsightDataPoint{
			DateTime: p.Time, Value: p.Value, Label: p.Label,
			Coverage:         &generated.Coverage{Known: p.Coverage.Known, Planned: p.Coverage.Planned},
			Outcomes:         tallyModel(p.Outcomes),
			IsSnapshot:       p.Snapshot,
			PointInTimeQuery: text + " rev:at.time(" + instant(&at) + ")",
		}
		if previous.IsZero() {
			continue
		}
		interval := " after:" + instant(&previous) + " before:" + instant(&at)
		if perInterval { // the point is what happened in the interval, so one query tells both
			models[i].PointInTimeQuery = text + interval
			models[i].DiffQuery = ptr(text + interval)
		} else {
			models[i].DiffQuery = ptr(text + " type:diff" + interval)
		}
	}
	return models
}

// languageQuery narrows a query to a language; groups of files that have none are in parentheses.
func languageQuery(query, language string) string {
	if language == "" || language[0] == '(' {
		return query
	}
	return strings.TrimSpace(query + " lang:" + strconv.Quote(language))
}

// tallyModel shows a tally without a rate.
func tallyModel(c insights.Completeness) *generated.Completeness {
	return &generated.Completeness{
		Planned: c.Planned, Counted: c.Counted, Reused: c.Reused, Absent: c.Absent,
		Partial: c.Partial, Failed: c.Failed, Pending: c.Pending, Percent: c.Percent(),
	}
}
