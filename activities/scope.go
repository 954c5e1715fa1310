package activities

import (
	"context"
	"slices"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/store"
)

// maxValues is the number of distinct values that a sample may store. Nobody can read a chart with
// more lines, and one transaction writes this number of rows within seconds.
const maxValues = 5000

// compile reads a series' query. Its errors have the code Invalid.
func compile(series insights.Series) (*engine.Question, error) {
	return engine.Compile(engine.Spec{Query: series.Query, Method: series.Method, Previous: series.Grid.Previous, MaxValues: maxValues})
}

// perInterval reports whether the values of a series belong to intervals; see
// engine.Question.PerInterval.
func perInterval(series insights.Series) bool { return query.PerInterval(series.Query) }

// isPerInterval is perInterval for the id of a series.
func isPerInterval(ctx context.Context, s *store.Store, seriesID string) (bool, error) {
	series, err := s.Series.Get(ctx, seriesID)
	return perInterval(series), err
}

// scopeOf returns the repositories that a series covers: those of its scope that the query's own
// repo:, fork: and archived: filters accept. Without such filters these are all repositories of the
// scope, forks and archived ones too. Its errors have the code Invalid.
func scopeOf(series insights.Series) (store.ScopeFilter, error) {
	q, err := engine.Parse(series.Query, series.Method)
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
