package activities

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/backsight/backsight/store"
)

// CatchUp says what is missing of the series' past because repositories came into its scope after it was computed. Nothing is
// missing while the first plan is not written.
func (p *Plans) CatchUp(ctx context.Context, seriesID string) (CatchUpResult, error) {
	result, err := p.catchUp(ctx, seriesID)
	return result, outcome(ctx, err)
}

func (p *Plans) catchUp(ctx context.Context, seriesID string) (CatchUpResult, error) {
	times, err := p.Store.Plans.Times(ctx, seriesID)
	if err != nil || len(times) == 0 {
		return CatchUpResult{}, err
	}
	missing, err := p.missing(ctx, seriesID, times)
	if err != nil || len(missing) == 0 {
		return CatchUpResult{}, err
	}
	return CatchUpResult{Times: times, Note: joined(missing)}, nil
}

// missing returns the repositories in the scope of a series that lack samples at some of the times.
func (p *Plans) missing(ctx context.Context, seriesID string, times []time.Time) ([]store.Repository, error) {
	series, err := p.Store.Series.Get(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	scope, err := scopeOf(series)
	if err != nil {
		return nil, err
	}
	whole, err := p.Store.Plans.WholeRepositories(ctx, seriesID, times)
	if err != nil {
		return nil, err
	}
	var missing []store.Repository
	err = eachRepository(ctx, p.Store, func(r store.Repository) {
		if !whole[r.ID] && inScope(scope, r) {
			missing = append(missing, r)
		}
	})
	return missing, err
}

// joined names who joined, for people.
func joined(list []store.Repository) string {
	const named = 5
	names := make([]string, 0, named)
	for _, r := range list[:min(named, len(list))] {
		names = append(names, r.Name)
	}
	text := fmt.Sprintf("joined the scope after its past was computed: %s", strings.Join(names, ", "))
	if more := len(list) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// narrowed is the scope of a joining: those of the scope that lack samples.
func (p *Plans) narrowed(ctx context.Context, in BeginInput, scope store.ScopeFilter) (store.ScopeFilter, error) {
	missing, err := p.missing(ctx, in.SeriesID, in.Times)
	if err != nil {
		return scope, err
	}
	names := make(map[string]bool, len(missing))
	for _, r := range missing {
		names[r.Name] = true
	}
	return store.ScopeFilter{Match: func(name string, _, _ bool) bool { return names[name] }}, nil
}
