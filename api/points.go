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

// Points returns the points of all series of the page. Costs a constant number of SQL statements
// for each distinct set of arguments.
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

// ValueCount returns the number of captured values of each series of the page, including those that
// the display options leave out. If the request asks for Points with the same arguments, ValueCount
// takes no further SQL statement.
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

// mostValues is the largest number of captured values in an answer; no chart is readable with more
// lines. An export has all values.
const mostValues = 1000

// wholeDisplay is what is displayed without options.
var wholeDisplay = store.Display{Values: mostValues}

// displayOf validates and converts display options.
func displayOf(o *generated.SeriesDisplayOptionsInput) (d store.Display, err error) {
	if o == nil {
		return wholeDisplay, nil
	}
	d.Values = 20 // the schema's default, for clients that send null
	if o.Limit != nil {
		d.Values = *o.Limit
	}
	if d.Values < 1 || d.Values > mostValues {
		return d, insights.Errorf(insights.Invalid, "limit: %d: use a number from 1 to %d", d.Values, mostValues)
	}
	if o.NumSamples != nil {
		if d.Samples = *o.NumSamples; d.Samples < 1 || d.Samples > 1<<20 {
			return d, insights.Errorf(insights.Invalid, "numSamples: %d: use a number from 1 to %d, or null for all", d.Samples, 1<<20)
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

// pointModels converts points, which must be in time order. DiffQuery and PointInTimeQuery use
// Sourcegraph's syntax, so that users of Sourcegraph can run them there.
func pointModels(series insights.Series, points []store.Point) []*generated.InsightDataPoint {
	models := make([]*generated.InsightDataPoint, len(points))
	perInterval := query.PerInterval(series.Query)
	// the previous and the current time; points of several values share a time
	var previous, at time.Time
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
		if perInterval { // the value counts events in the interval, so both queries are the same
			models[i].PointInTimeQuery = text + interval
			models[i].DiffQuery = ptr(text + interval)
		} else {
			models[i].DiffQuery = ptr(text + " type:diff" + interval)
		}
	}
	return models
}

// languageQuery restricts a query to a language. A label in parentheses names a group of files
// without a language; it does not restrict the query.
func languageQuery(query, language string) string {
	if language == "" || language[0] == '(' {
		return query
	}
	return strings.TrimSpace(query + " lang:" + strconv.Quote(language))
}

// tallyModel converts a tally, without a rate.
func tallyModel(c insights.Completeness) *generated.Completeness {
	return &generated.Completeness{
		Planned: c.Planned, Counted: c.Counted, Reused: c.Reused, Absent: c.Absent,
		Partial: c.Partial, Failed: c.Failed, Pending: c.Pending, Percent: c.Percent(),
	}
}
