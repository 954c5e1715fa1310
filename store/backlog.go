package store

import (
	"context"
	"time"
)

// Backlog is what is left to do in the whole installation. Ages are by the database's clock, 0 where there is nothing.
type Backlog struct {
	Series           int64         // that exist
	Unfinished       int64         // whose first backfill is not complete
	OldestUnfinished time.Duration // since the oldest of them was created
	Unstarted        int64         // whose workflow is not started yet
	Overdue          time.Duration // since the earliest recording was due that is not made
	Plans            int64         // that are not complete; snapshots are none
	OldestPlan       time.Duration // since the oldest of them was made
	Repositories     int64         // that are registered
	Failing          int64         // whose last sync failed
	Struck           int64         // whose search killed its worker or stopped answering, and has not got on since
}

// Backlog looks at all series and repositories and at the open plans, and at no samples.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	row, err := s.queries().Backlog(ctx)
	return Backlog{
		Series: row.Series, Unfinished: row.Unfinished, OldestUnfinished: seconds(row.OldestUnfinished), Unstarted: row.Unstarted,
		Overdue: seconds(row.Overdue), Plans: row.Plans, OldestPlan: seconds(row.OldestPlan), Repositories: row.Repositories, Failing: row.Failing, Struck: row.Struck,
	}, classify(err, "backlog")
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
