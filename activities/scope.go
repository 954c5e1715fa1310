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
	q, err := query.Parse(series.Query)
	if err != nil {
		return question{}, insights.Errorf(insights.Invalid, "query %q: %w", series.Query, err)
	}
	byValue := series.Method == insights.SearchCompute
	m, err := match.Compile(q, match.Options{ByValue: byValue})
	if err != nil {
		return question{}, insights.Errorf(insights.Invalid, "%w", err)
	}
	return question{query: q, matcher: m, byValue: byValue, grid: series.Grid}, nil
}

// scopeOf says which repositories a series covers: those of its scope that the query's own repo:, fork: and archived: filters
// let through. Without such filters everything that is registered counts, forks and archived repositories too.
func scopeOf(series insights.Series) (store.ScopeFilter, error) {
	q, err := query.Parse(series.Query)
	if err != nil {
		return store.ScopeFilter{}, insights.Errorf(insights.Invalid, "query %q: %w", series.Query, err)
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
