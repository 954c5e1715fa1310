package activities

import (
	"context"

	"github.com/backsight/backsight/store"
)

// Snapshots finds the series that can take snapshots. The snapshots themselves are plans, which
// Plans and Search compute.
type Snapshots struct {
	Store *store.Store
}

// snapshotPage is the largest number of series that one run of a SnapshotsWorkflow signals. Each
// signal costs three events of the workflow's history.
const snapshotPage = 400

// SnapshotSeries reads the next series after the cursor, and lists those that can take snapshots.
// The list can be empty although another page follows.
func (s *Snapshots) SnapshotSeries(ctx context.Context, after int64) (SnapshotPage, error) {
	series, next, err := s.Store.Series.Started(ctx, after, snapshotPage)
	page := SnapshotPage{Next: next}
	for _, one := range series {
		if one.Grid.Interval.CoarserThanDay() && !perInterval(one) {
			page.SeriesIDs = append(page.SeriesIDs, one.ID)
		}
	}
	return page, activityError(ctx, err)
}
