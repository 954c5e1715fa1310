package activities

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/backsight/backsight/store"
)

// CatchUp looks for repositories in the series' scope that lack samples at some of the permanent
// times of its plans, because they came into scope later. If there are any, it returns all
// permanent times of the plans, and a note that names the first five of these repositories. While
// the first plan is not written in full, it returns no times. It reads the series' ledger.
func (p *Plans) CatchUp(ctx context.Context, seriesID string) (CatchUpResult, error) {
	result, err := p.catchUp(ctx, seriesID)
	return result, activityError(ctx, err)
}

func (p *Plans) catchUp(ctx context.Context, seriesID string) (CatchUpResult, error) {
	times, err := p.Store.Plans.Times(ctx, seriesID)
	if err != nil || len(times) == 0 {
		return CatchUpResult{}, err
	}
	lacking, err := p.lacking(ctx, seriesID, times)
	if err != nil || len(lacking) == 0 {
		return CatchUpResult{}, err
	}
	return CatchUpResult{Times: times, Note: catchUpNote(lacking)}, nil
}

// lacking returns the repositories in the scope of a series that lack samples at some of the times.
func (p *Plans) lacking(ctx context.Context, seriesID string, times []time.Time) ([]store.Repository, error) {
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
	var lacking []store.Repository
	err = eachRepository(ctx, p.Store, func(r store.Repository) {
		if !whole[r.ID] && inScope(scope, r) {
			lacking = append(lacking, r)
		}
	})
	return lacking, err
}

// catchUpNote returns a text for users that names the first five repositories of a catch-up
// backfill.
func catchUpNote(list []store.Repository) string {
	const named = 5
	names := make([]string, 0, named)
	for _, r := range list[:min(named, len(list))] {
		names = append(names, r.Name)
	}
	text := fmt.Sprintf("came into scope after the backfill: %s", strings.Join(names, ", "))
	if more := len(list) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// catchUpScope returns the scope of a catch-up backfill: the repositories in the series' scope that
// lack samples.
func (p *Plans) catchUpScope(ctx context.Context, in BeginInput, scope store.ScopeFilter) (store.ScopeFilter, error) {
	lacking, err := p.lacking(ctx, in.SeriesID, in.Times)
	if err != nil {
		return scope, err
	}
	names := make(map[string]bool, len(lacking))
	for _, r := range lacking {
		names[r.Name] = true
	}
	return store.ScopeFilter{Match: func(name string, _, _ bool) bool { return names[name] }}, nil
}
