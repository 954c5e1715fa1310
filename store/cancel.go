package store

import (
	"context"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// CancelSlice ends up to limit pending samples of a plan and returns how many: 0 when none is left. A sample that a retry had taken
// up is what it was before; the others are failed, of class insights.ReasonCancelled, with the given reason. A search that is under way still
// may write what it found after that: a value says more than a failure.
func (s *Store) CancelSlice(ctx context.Context, seriesID string, generation int, reason string, limit int) (int, error) {
	ended := 0
	err := s.inTx(ctx, func(q *db.Queries) error {
		l, err := openLedger(ctx, q, seriesID)
		if err != nil {
			return err
		}
		ended, err = l.cancel(ctx, int32(generation), clean(reason, maxReason), limit)
		return err
	})
	return ended, classify(err, "series %s: plan %d: cancel", seriesID, generation)
}

func (l ledger) cancel(ctx context.Context, generation int32, reason string, limit int) (ended int, err error) {
	last := chunkKey{repo: -1}
	for {
		rows, err := l.q.LockPendingChunks(ctx, db.LockPendingChunksParams{SeriesID: l.key, AfterRepo: last.repo, AfterChunk: last.number, RowLimit: bulk})
		if err != nil {
			return 0, err
		}
		var chunks []*chunk
		for _, row := range rows {
			c := chunkOf(row.SampleChunks)
			last = c.chunkKey
			for i := range c.is {
				if e := &c.is[i]; ended < limit && e.outcome == insights.Pending && e.generation == generation {
					e.cancel(reason)
					ended++
				}
			}
			chunks = append(chunks, c)
		}
		if err := l.save(ctx, chunks); err != nil || ended == limit || len(rows) < bulk {
			return ended, err
		}
	}
}

// cancel ends a pending sample.
func (e *entry) cancel(reason string) {
	if e.kept != "" {
		e.restore()
		return
	}
	e.outcome, e.class, e.reason = insights.Failed, string(insights.ReasonCancelled), reason
}
