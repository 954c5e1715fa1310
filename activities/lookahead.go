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

// refreshFor bounds the refresh of mirrors before a plan, but for those that have begun by then. What is not refreshed by then is pending without a commit, and
// whoever searches it fetches it first.
const refreshFor = 2 * time.Minute

// lookAhead brings the commit index of a plan's repositories past the plan's times, slice by slice before it is planned, so that
// the plan can be compressed: in most repositories nothing happened since. Mirrors that are not here yet are left to the
// searches, for cloning them would keep everybody waiting.
type lookAhead struct {
	plans      *Plans
	in         BeginInput
	generation int
	limit      int                // repositories in a slice
	scope      []store.Repository // by id
	newest     time.Time
	until      time.Time
}

func (p *Plans) lookAhead(ctx context.Context, in BeginInput, generation int, scope store.ScopeFilter) (*lookAhead, error) {
	a := &lookAhead{
		plans: p, in: in, generation: generation, limit: max(1, sliceSamples/len(in.Times)),
		newest: slices.MaxFunc(in.Times, time.Time.Compare), until: time.Now().Add(refreshFor),
	}
	err := eachRepository(ctx, p.Store, func(r store.Repository) {
		if inScope(scope, r) {
			a.scope = append(a.scope, r)
		}
	})
	return a, err
}

// refresh makes the next slice ready.
func (a *lookAhead) refresh(ctx context.Context) error {
	through, err := a.plans.Store.Plans.PlannedThrough(ctx, a.in.SeriesID, a.generation)
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
		activity.RecordHeartbeat(ctx, fmt.Sprintf("refresh from %s on", part[0].Name))
		changed, err := a.plans.Mirrors.changed(ctx, part, 0)
		if err != nil {
			return err
		}
		return a.plans.Mirrors.RefreshAll(ctx, changed, func() bool { return !time.Now().Before(a.until) })
	})
}
