package store

import (
	"context"
	"time"
)

// Backlog says how much work is left in the whole installation. Deleted series and removed
// repositories do not count, except that Struck includes strikes of deleted series. Durations are
// ages by the database's clock, and 0 when there is nothing to measure.
type Backlog struct {
	Series           int64         // all series
	Unfinished       int64         // series whose backfill is not complete
	OldestUnfinished time.Duration // since the oldest of these was created
	Unstarted        int64         // series whose workflow is not started yet
	Overdue          time.Duration // since the earliest missing recording was due
	Plans            int64         // plans that are not complete, without snapshots
	OldestPlan       time.Duration // since the oldest of these was made
	Repositories     int64         // all repositories
	Failing          int64         // repositories whose last sync failed
	Struck           int64         // repositories with strikes, see Quarantine
}

// Backlog reads series, repositories, strikes and open plans, and no samples.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	row, err := s.database.queries().Backlog(ctx)
	return Backlog{
		Series: row.Series, Unfinished: row.Unfinished, OldestUnfinished: seconds(row.OldestUnfinished), Unstarted: row.Unstarted,
		Overdue: seconds(row.Overdue), Plans: row.Plans, OldestPlan: seconds(row.OldestPlan), Repositories: row.Repositories, Failing: row.Failing, Struck: row.Struck,
	}, classify(err, "backlog")
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
