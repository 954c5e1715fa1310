package activities

import (
	"context"

	"github.com/backsight/backsight/store"
)

// Snapshots finds what is to take a snapshot. The snapshots themselves are plans (Plans, Search).
type Snapshots struct {
	Store *store.Store
}

// snapshotPage is how many series one run of a SnapshotsWorkflow tells: three events each.
const snapshotPage = 400

// SnapshotSeries lists the next series with a place over after whose grid is coarser than a day.
func (s *Snapshots) SnapshotSeries(ctx context.Context, after int64) (SnapshotPage, error) {
	ids, next, err := s.Store.Plans.DueForSnapshot(ctx, after, snapshotPage)
	return SnapshotPage{SeriesIDs: ids, Next: next}, outcome(ctx, err)
}
