package store

import (
	"context"

	"github.com/backsight/backsight/store/internal/db"
)

// CancelledClass is the reason class of samples that failed because somebody cancelled their plan.
const CancelledClass = "cancelled"

// CancelSlice ends up to limit pending samples of a plan and returns how many: 0 when none is left. A sample that a retry had taken
// up is what it was before; the others are failed, of class CancelledClass, with the given reason. A search that is under way still
// may write what it found after that: a value says more than a failure.
func (s *Store) CancelSlice(ctx context.Context, seriesID string, generation int, reason string, limit int) (int, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return 0, err
	}
	n, err := s.queries().CancelSamples(ctx, db.CancelSamplesParams{
		Reason: clean(reason, maxReason), SeriesID: key, Generation: int32(generation), RowLimit: int32(limit),
	})
	return int(n), classify(err, "series %s: plan %d: cancel", seriesID, generation)
}
