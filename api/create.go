package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
)

// Limits of an insight's input.
const (
	maxSeries       = 20   // of a view: a chart cannot show more lines distinguishably
	maxRepositories = 1000 // in an explicit list; repositoryCriteria has no limit
)

// newView converts the input to a view whose grids are anchored at `now`, truncated to the second.
// `problems` holds all errors in the input that need no database to be found, each as an
// *inputError with its field. If the input has too many series, the errors of series are left out.
// Callers must not use the view unless `problems` is empty.
func newView(input generated.LineChartSearchInsightInput, now time.Time) (view insights.View, problems []error) {
	refuse := func(err error, text string, field ...any) {
		problems = append(problems, &inputError{err: err, field: append([]any{"input"}, field...), text: text})
	}
	view.Title = strings.TrimSpace(input.Options.Title)
	if view.Title == "" {
		refuse(insights.Errorf(insights.Invalid, "the insight has no title"), "", "options", "title")
	} else if err := insights.CheckText("the title", view.Title, insights.MaxTitle); err != nil {
		refuse(err, "", "options", "title")
	}
	switch n := len(input.DataSeries); {
	case n == 0:
		refuse(insights.Errorf(insights.Invalid, "the insight has no series: give at least one query"), "", "dataSeries")
	case n > maxSeries:
		refuse(insights.Errorf(insights.Invalid, "the insight has %d series: at most %d", n, maxSeries), "", "dataSeries")
		return view, problems
	}
	for i, s := range input.DataSeries {
		in := func(field ...any) []any { return append([]any{"dataSeries", i}, field...) }
		series := insights.ViewSeries{Series: insights.Series{Method: insights.Search}}

		method, err := methodOf(s.GenerationMethod, s.GeneratedFromCaptureGroups)
		if err != nil {
			refuse(err, "", in("generationMethod")...)
		}
		series.Method = method
		if q, err := parseQuery(s.Query, method); err != nil {
			text := s.Query
			if errors.Is(err, errNoCaptureGroup) {
				text = "" // the error has no position
			}
			refuse(err, text, in("query")...)
		} else {
			series.Query = q.String()
		}
		if s.Options != nil {
			series.Label, series.Stroke = strings.TrimSpace(orEmpty(s.Options.Label)), orEmpty(s.Options.LineColor)
			if err := insights.CheckText("the label", series.Label, insights.MaxTitle); err != nil {
				refuse(err, "", in("options", "label")...)
			}
			if !isColor(series.Stroke) {
				refuse(insights.Errorf(insights.Invalid, "the line colour %q is not a CSS colour: write #rrggbb, a name, or var(--name)", series.Stroke), "", in("options", "lineColor")...)
			}
		}
		if series.Label == "" {
			series.Label = cmp.Or(insights.Truncate(strings.TrimSpace(s.Query), insights.MaxTitle), "Lines by language")
		}

		scope, scopeField := s.RepositoryScope, in("repositoryScope")
		if scope == nil {
			scope, scopeField = input.RepositoryScope, []any{"repositoryScope"}
		}
		if text, field, err := readScope(scope, &series.Scope); err != nil {
			refuse(err, text, append(scopeField, field)...)
		}

		timeScope, timeField := s.TimeScope, in("timeScope")
		if timeScope == nil {
			timeScope, timeField = input.TimeScope, []any{"timeScope"}
		}
		series.Grid = readGrid(timeScope, now)
		if err := series.Grid.Validate(); err != nil {
			refuse(err, "", timeField...)
		}
		view.Series = append(view.Series, series)
	}
	return view, dropRepeated(problems)
}

// dropRepeated drops duplicate errors, because newView reports an error in the scope that all
// series share once for each series.
func dropRepeated(problems []error) []error {
	seen := map[string]bool{}
	var kept []error
	for _, p := range problems {
		input, _ := errors.AsType[*inputError](p)
		key := fmt.Sprint(input.field, p)
		if !seen[key] {
			seen[key] = true
			kept = append(kept, p)
		}
	}
	return kept
}

// methodOf returns the generation method that generationMethod or generatedFromCaptureGroups
// selects. If they contradict each other, it returns an Invalid error.
func methodOf(method *generated.InsightGenerationMethod, byCapture *bool) (insights.GenerationMethod, error) {
	captured := byCapture != nil && *byCapture
	switch {
	case method == nil && captured:
		return insights.SearchCompute, nil
	case method == nil:
		return insights.Search, nil
	case captured && *method != generated.InsightGenerationMethodSearchCompute:
		return insights.Search, insights.Errorf(insights.Invalid, "generationMethod %s: contradicts generatedFromCaptureGroups, which means SEARCH_COMPUTE", *method)
	}
	for ours, theirs := range methodModels {
		if theirs == *method {
			return ours, nil
		}
	}
	return insights.Search, insights.Errorf(insights.Invalid, "generationMethod %s: unknown", *method)
}

// methodModels maps the generation methods to the schema's enum.
var methodModels = map[insights.GenerationMethod]generated.InsightGenerationMethod{
	insights.Search:        generated.InsightGenerationMethodSearch,
	insights.SearchCompute: generated.InsightGenerationMethodSearchCompute,
	insights.LanguageStats: generated.InsightGenerationMethodLanguageStats,
}

// parseQuery parses a query and checks that the generation method supports it. For an unsupported
// query it may return the query together with the error.
func parseQuery(text string, method insights.GenerationMethod) (*query.Query, error) {
	if method == insights.LanguageStats {
		q, err := query.ParseFilters(text)
		if err == nil {
			err = q.CheckByLanguage()
		}
		return q, err
	}
	q, err := query.Parse(text)
	switch {
	case err != nil || method != insights.SearchCompute:
		return q, err
	case q.Captures() == 0:
		return q, errNoCaptureGroup
	}
	return q, q.CheckByValue()
}

var errNoCaptureGroup = insights.Errorf(insights.Invalid, "a series by capture group requires a regular expression with a capture group, for example: go\\s+(\\d+\\.\\d+) patterntype:regexp")

// readScope converts the input to *scope. If it returns an error, it also returns the field that
// has the error, and the text that the error's position refers to.
func readScope(in *generated.RepositoryScopeInput, scope *insights.Scope) (text, field string, err error) {
	if in == nil {
		return "", "", nil
	}
	scope.Repositories = in.Repositories
	criteria := orEmpty(in.RepositoryCriteria)
	if len(scope.Repositories) > maxRepositories {
		return "", "repositories", insights.Errorf(insights.Invalid, "the scope lists %d repositories: at most %d; "+
			"use a criterion such as repo:^github\\.com/acme/", len(scope.Repositories), maxRepositories)
	}
	if strings.TrimSpace(criteria) != "" {
		parsed, err := query.ParseScope(criteria)
		if err != nil {
			return criteria, "repositoryCriteria", err
		}
		scope.Criteria = parsed.String()
	}
	if err := scope.Validate(); err != nil {
		return "", "repositoryCriteria", err
	}
	return "", "", nil
}

// readGrid converts the time scope to a grid; without one a series has 12 monthly points.
func readGrid(in *generated.TimeScopeInput, now time.Time) insights.Grid {
	if in == nil {
		return insights.NewGrid(now, insights.Interval{Unit: insights.Month, Value: 1}, insights.DefaultPoints)
	}
	points := insights.DefaultPoints
	if in.Points != nil {
		points = *in.Points
	}
	grid := insights.NewGrid(now, insights.Interval{Unit: insights.Unit(in.StepInterval.Unit), Value: in.StepInterval.Value}, points)
	grid.Zone = orEmpty(in.Zone)
	return grid
}

// missingRepositories returns an error for each list of repositories that contains a name that is
// unknown or that the viewer may not see, because a series with a mistyped repository name would
// stay empty for ever.
func (r *mutationResolver) missingRepositories(ctx context.Context, input generated.LineChartSearchInsightInput) ([]error, error) {
	type list struct {
		names []string
		field []any
	}
	var lists []list
	if s := input.RepositoryScope; s != nil {
		lists = append(lists, list{s.Repositories, []any{"input", "repositoryScope", "repositories"}})
	}
	for i, s := range input.DataSeries {
		if s.RepositoryScope != nil {
			lists = append(lists, list{s.RepositoryScope.Repositories, []any{"input", "dataSeries", i, "repositoryScope", "repositories"}})
		}
	}
	var problems []error
	for _, l := range lists {
		if len(l.names) == 0 {
			continue
		}
		missing, err := r.config.Store.Repositories.Missing(ctx, l.names, viewer(ctx))
		if err != nil {
			return nil, err
		}
		if len(missing) > 0 {
			problems = append(problems, &inputError{field: l.field, err: insights.Errorf(insights.Invalid,
				"not registered: %s; `backsight repo list` shows the registered repositories", strings.Join(missing, ", "))})
		}
	}
	return problems, nil
}

// isColor reports whether s can safely be inserted into a style where a CSS colour is expected, as
// the page does: s has at most 64 bytes, only characters that colours consist of, and no "url". It
// may be empty.
func isColor(s string) bool {
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("#(),.%-/ ", r):
		default:
			return false
		}
	}
	return len(s) <= 64 && !strings.Contains(strings.ToLower(s), "url")
}
