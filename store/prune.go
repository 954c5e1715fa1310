package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/store/internal/db"
)

// prunedAtOnce is the largest number of series or repositories that one call returns.
const prunedAtOnce = 100

// Prunable is a series that can be pruned.
type Prunable struct {
	key int32
	ID  string
}

// PrunableSeries first prunes the views that were deleted before the given time. It then returns up
// to 100 series that were deleted before that time, whose workflows were stopped, and that no view
// has any more, oldest first.
func (s *Retention) PrunableSeries(ctx context.Context, before time.Time) ([]Prunable, error) {
	if _, err := s.queries().PruneViews(ctx, instant(before)); err != nil {
		return nil, classify(err, "deleted insights")
	}
	rows, err := s.queries().PrunableSeries(ctx, instant(before), prunedAtOnce)
	if err != nil {
		return nil, classify(err, "deleted series")
	}
	list := make([]Prunable, len(rows))
	for i, row := range rows {
		list[i] = Prunable{key: row.ID, ID: row.SeriesID}
	}
	return list, nil
}

// PruneSeriesSlice prunes up to `limit` rows of a series' samples and sums by captured value or,
// when none is left, everything else of the series. It reports whether the series is gone; if it is
// not, call again. One call is one transaction.
func (s *Retention) PruneSeriesSlice(ctx context.Context, series Prunable, limit int) (gone bool, err error) {
	err = s.inTx(ctx, func(q *db.Queries) error {
		for _, many := range []func(context.Context, int32, int32) (int64, error){q.PruneChunks, q.PruneCaptures, q.PruneCaptureSums} {
			if n, err := many(ctx, series.key, int32(limit)); err != nil || n > 0 {
				return err
			}
		}
		if err := q.PruneTallies(ctx, series.key); err != nil {
			return err
		}
		if err := q.PruneSlots(ctx, series.key); err != nil {
			return err
		}
		if err := q.PruneNotices(ctx, series.key); err != nil {
			return err
		}
		if err := q.PrunePlans(ctx, series.key); err != nil {
			return err
		}
		gone = true
		return q.PruneSeriesRow(ctx, series.key)
	})
	if err != nil {
		return false, classify(err, "series %s: prune", series.ID)
	}
	if gone {
		s.keys.Delete(series.ID)
	}
	return gone, nil
}

// PrunableRepositories returns the ids of up to 100 repositories that were removed before the given
// time and still have a commit index. Their rows in the table repositories stay, because samples
// refer to them.
func (s *Retention) PrunableRepositories(ctx context.Context, before time.Time) ([]int64, error) {
	rows, err := s.queries().PrunableRepositories(ctx, instant(before), prunedAtOnce)
	if err != nil {
		return nil, classify(err, "removed repositories")
	}
	ids := make([]int64, len(rows))
	for i, id := range rows {
		ids[i] = int64(id)
	}
	return ids, nil
}

// PruneRepositorySlice prunes up to `limit` commits of a repository's commit index, and reports
// whether the index is gone; if it is not, call again. One call is one transaction.
func (s *Retention) PruneRepositorySlice(ctx context.Context, id int64, limit int) (gone bool, err error) {
	err = s.inTx(ctx, func(q *db.Queries) error {
		n, err := q.PruneCommitIndex(ctx, id32(id), int32(limit))
		if err != nil || n > 0 {
			return err
		}
		gone = true
		return q.PruneCommitIndexMetadata(ctx, id32(id))
	})
	return gone && err == nil, classify(err, "repository %d: prune", id)
}
