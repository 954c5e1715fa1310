package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/store/internal/db"
)

// planningPrefix tells a problem of planning from a reason class of the ledger.
const planningPrefix = "planning: "

// DirtyQuery is something that a person should know about a series' query: its values are not what they seem.
type DirtyQuery struct {
	Query   string
	Since   time.Time
	Reason  string    // a reason class of the ledger ("timeout", "count limit", "missing object"), RewrittenReason, or "planning: " and what is wrong
	ForTime time.Time // the newest sample time that it touches
}

// DirtyQueries lists what is to be known about a series, what touches the newest samples first. It is brought up to date in
// the transaction that completes a plan, and by RecordPlanningProblem.
func (s *Store) DirtyQueries(ctx context.Context, seriesID string) ([]DirtyQuery, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().DirtyQueries(ctx, key)
	if err != nil {
		return nil, classify(err, "series %s: dirty queries", seriesID)
	}
	list := make([]DirtyQuery, len(rows))
	for i, row := range rows {
		list[i] = DirtyQuery{Query: row.Query, Since: row.DirtyAt.UTC(), Reason: row.Reason, ForTime: row.ForTime.UTC()}
	}
	return list, nil
}

// RecordPlanningProblem notes why a series cannot be planned; an empty problem means that it can, and clears the note. The
// same problem again keeps its first time.
func (s *Store) RecordPlanningProblem(ctx context.Context, seriesID, problem string, at time.Time) error {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	reason := ""
	if problem != "" {
		reason = clean(planningPrefix+problem, maxReason)
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		if err := q.ClearPlanningProblem(ctx, key, reason); err != nil || reason == "" {
			return err
		}
		return q.AddPlanningProblem(ctx, db.AddPlanningProblemParams{At: instant(at), Reason: reason, SeriesID: key})
	})
	return classify(err, "series %s: planning problem", seriesID)
}

// refreshDirtyQueries makes the notes say what the ledger says, no more and no less.
func refreshDirtyQueries(ctx context.Context, q *db.Queries, key int32, at time.Time) error {
	if err := q.ClearDirtyQueries(ctx, key); err != nil {
		return err
	}
	if err := q.AddDirtyQueries(ctx, instant(at), key); err != nil {
		return err
	}
	return refreshRewritten(ctx, q, key, at)
}
