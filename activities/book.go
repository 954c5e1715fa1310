package activities

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// book is where the samples of a plan stand: in the ledger or, of a snapshot, beside it. What searches and gives up samples
// does the same with both.
type book struct {
	store      *store.Store
	seriesID   string
	generation int
	snapshot   bool
}

// bookOf is temporary until snapshots are in the ledger.
func bookOf(ctx context.Context, s *store.Store, seriesID string, plan int) (book, error) {
	kind, err := s.PlanKind(ctx, seriesID, plan)
	return book{store: s, seriesID: seriesID, generation: plan, snapshot: kind == insights.SnapshotPlan}, err
}

// page returns the next repositories with pending samples, about as many as fit into a page, and whether there are none after them.
func (b book) page(ctx context.Context, after int64) (work []store.RepositoryWork, last bool, err error) {
	const most = 10_000
	if b.snapshot {
		work, err = b.store.SnapshotPage(ctx, b.seriesID, b.generation, after, most)
		return work, len(work) < most, err
	}
	return b.store.Page(ctx, b.seriesID, b.generation, after, most)
}

// tallies counts ranges of repositories, which are in order, at all times.
func (b book) tallies(ctx context.Context, ranges []store.RepositoryRange) ([]insights.Completeness, error) {
	if !b.snapshot {
		return b.store.CompletenessOfRanges(ctx, b.seriesID, b.generation, ranges, nil)
	}
	tallies := make([]insights.Completeness, len(ranges))
	for i, r := range ranges {
		var err error
		if tallies[i], err = b.store.SnapshotTally(ctx, b.seriesID, b.generation, r.From, r.Through); err != nil {
			return nil, err
		}
	}
	return tallies, nil
}

// pending returns what is left to do in a range of repositories, at all times.
func (b book) pending(ctx context.Context, from, through int64) ([]insights.Sample, error) {
	if b.snapshot {
		return b.store.PendingSnapshotSamples(ctx, b.seriesID, b.generation, from, through)
	}
	return b.store.PendingSamples(ctx, b.seriesID, b.generation, from, through, nil)
}

func (b book) write(ctx context.Context, samples []insights.Sample) error {
	if b.snapshot {
		return b.store.WriteSnapshotSamples(ctx, b.seriesID, b.generation, samples)
	}
	return b.store.WriteSamples(ctx, b.seriesID, b.generation, samples)
}

// tally counts a range of repositories, at one time or (nil) at all; a snapshot has one time only.
func (b book) tally(ctx context.Context, from, through int64, at *time.Time) (insights.Completeness, error) {
	if b.snapshot {
		return b.store.SnapshotTally(ctx, b.seriesID, b.generation, from, through)
	}
	return b.store.CompletenessOfRange(ctx, b.seriesID, b.generation, from, through, at)
}

// total is the tally that goes with the plan: of the whole series or, for a snapshot, its own.
func (b book) total(ctx context.Context) (insights.Completeness, error) {
	if b.snapshot {
		const last = 1 << 31 // above all ids
		return b.store.SnapshotTally(ctx, b.seriesID, b.generation, 0, last)
	}
	return b.store.Completeness(ctx, b.seriesID)
}

func (b book) complete(ctx context.Context, at time.Time) error {
	if b.snapshot {
		return b.store.CompleteSnapshot(ctx, b.seriesID, b.generation, at)
	}
	return b.store.CompleteGeneration(ctx, b.seriesID, b.generation, at)
}
