package activities

import (
	"slices"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/store"
)

// question is a series' query, ready to be asked.
type question struct {
	query   *query.Query
	matcher *match.Matcher
	byValue bool
	grid    insights.Grid
}

// compile reads a series' query. The error is Invalid: no attempt will read it better.
func compile(series insights.Series) (question, error) {
	q, err := parse(series)
	if err != nil {
		return question{}, err
	}
	options := match.Options{ByValue: series.Method == insights.SearchCompute}
	if series.Method == insights.LanguageStats {
		options.Languages = &match.Languages{Measures: match.Lines}
	}
	m, err := match.Compile(q, options)
	if err != nil {
		return question{}, insights.Errorf(insights.Invalid, "%w", err)
	}
	return question{query: q, matcher: m, byValue: series.Method.ByValue(), grid: series.Grid}, nil
}

// parse reads a series' query; language statistics may have none.
func parse(series insights.Series) (*query.Query, error) {
	read := query.Parse
	if series.Method == insights.LanguageStats {
		read = query.ParseFilters
	}
	q, err := read(series.Query)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "query %q: %w", series.Query, err)
	}
	return q, nil
}

// scopeOf says which repositories a series covers: those of its scope that the query's own repo:, fork: and archived: filters
// let through. Without such filters everything that is registered counts, forks and archived repositories too.
func scopeOf(series insights.Series) (store.ScopeFilter, error) {
	q, err := parse(series)
	if err != nil {
		return store.ScopeFilter{}, err
	}
	criteria, err := query.ParseScope(series.Scope.Criteria)
	if err != nil {
		return store.ScopeFilter{}, insights.Errorf(insights.Invalid, "scope %q: %w", series.Scope.Criteria, err)
	}
	filter := store.ScopeFilter{Names: series.Scope.Repositories}
	if own := q.Scope(); own.Expr != nil || criteria.Expr != nil {
		filter.Match = func(name string, fork, archived bool) bool {
			return own.Matches(name, fork, archived) && criteria.Matches(name, fork, archived)
		}
	}
	return filter, nil
}

func inScope(scope store.ScopeFilter, r store.Repository) bool {
	return (len(scope.Names) == 0 || slices.Contains(scope.Names, r.Name)) &&
		(scope.Match == nil || scope.Match(r.Name, r.Fork, r.Archived))
}
