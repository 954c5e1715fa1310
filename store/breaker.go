package store

import (
	"context"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Failures says how the searches of a range ended where all of them failed alike.
type Failures struct {
	// Alike is true when some samples failed, all for one class of reasons, and no search found anything. What was settled without a
	// search (absent, or reused from another plan) does not count. The other fields are set only then.
	Alike        bool
	Code         insights.ReasonCode
	Reason       string // of one of them
	Samples      int64
	Repositories int64
}

// FailuresOfRange looks at a plan's samples in the repositories first..last, both included. Costs reading them all.
func (s *Store) FailuresOfRange(ctx context.Context, seriesID string, generation int, first, last int64) (Failures, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return Failures{}, err
	}
	rows, err := s.queries().FailuresOfRange(ctx, db.FailuresOfRangeParams{SeriesID: key, Generation: int32(generation), First: id32(first), Last: id32(last)})
	if err != nil {
		return Failures{}, classify(err, "series %s: plan %d", seriesID, generation)
	}
	if len(rows) != 1 || insights.Outcome(rows[0].Outcome) != insights.Failed {
		return Failures{}, nil
	}
	one := rows[0]
	return Failures{Alike: true, Code: insights.ReasonCode(text(one.ReasonClass)), Reason: one.Reason, Samples: one.Samples, Repositories: one.Repositories}, nil
}
