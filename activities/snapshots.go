package activities

import (
	"context"

	"github.com/backsight/backsight/store"
)

// Snapshots finds series that are due for a snapshot. The snapshots themselves are plans (Plans,
// Search).
type Snapshots struct {
	Store *store.Store
}

// snapshotPage is the number of series that one run of a SnapshotsWorkflow signals. Each costs
// three events.
const snapshotPage = 400

// SnapshotSeries lists the next series after the cursor whose grid is coarser than a day.
func (s *Snapshots) SnapshotSeries(ctx context.Context, after int64) (SnapshotPage, error) {
	ids, next, err := s.Store.Plans.DueForSnapshot(ctx, after, snapshotPage)
	return SnapshotPage{SeriesIDs: ids, Next: next}, activityError(ctx, err)
}
