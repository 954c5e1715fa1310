package activities

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/backsight/backsight/store"
)

// refreshFor bounds the time for refreshing repositories while a plan is written; a refresh that
// has begun may end later. If a repository is not refreshed, its samples at times after its last
// sync become pending without a commit, and their search refreshes the repository first.
const refreshFor = 2 * time.Minute

// planRefresh brings the commit indexes of a plan's repositories up to a time after the plan's
// times. It refreshes each slice of repositories before that slice is planned. The plan can then
// reuse samples, because most repositories have not changed. Missing mirrors are not cloned here,
// because every other repository would wait for the clone; the searches clone them.
type planRefresh struct {
	plans  *Plans
	in     BeginInput
	plan   int
	limit  int                // repositories in a slice
	scope  []store.Repository // by id
	newest time.Time          // of the plan's times
	until  time.Time          // when refreshing ends, see refreshFor
}

func (p *Plans) startRefresh(ctx context.Context, in BeginInput, plan int, scope store.ScopeFilter) (*planRefresh, error) {
	a := &planRefresh{
		plans: p, in: in, plan: plan, limit: max(1, sliceSamples/len(in.Times)),
		newest: slices.MaxFunc(in.Times, time.Time.Compare), until: time.Now().Add(refreshFor),
	}
	err := eachRepository(ctx, p.Store, func(r store.Repository) {
		if inScope(scope, r) {
			a.scope = append(a.scope, r)
		}
	})
	return a, err
}

// nextSlice refreshes the repositories of the next slice.
func (a *planRefresh) nextSlice(ctx context.Context) error {
	through, err := a.plans.Store.Plans.PlannedThrough(ctx, a.in.SeriesID, a.plan)
	if err != nil {
		return err
	}
	next, _ := slices.BinarySearchFunc(a.scope, through+1, func(r store.Repository, id int64) int { return cmp.Compare(r.ID, id) })
	var stale []store.Repository
	for _, r := range a.scope[next:min(next+a.limit, len(a.scope))] {
		if (r.IndexedAt == nil || r.IndexedAt.Before(a.newest)) && a.plans.Mirrors.present(r) {
			stale = append(stale, r)
		}
	}
	parts := slices.Collect(slices.Chunk(stale, syncBatch))
	return inParallel(ctx, parts, time.Until(a.until), func(ctx context.Context, part []store.Repository) error {
		activity.RecordHeartbeat(ctx, fmt.Sprintf("refresh from %s onwards", part[0].Name))
		changed, err := a.plans.Mirrors.changed(ctx, part, 0)
		if err != nil {
			return err
		}
		return a.plans.Mirrors.RefreshAll(ctx, changed, func() bool { return !time.Now().Before(a.until) })
	})
}
