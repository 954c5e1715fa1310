package activities

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/backsight/backsight/store"
)

// Retention archives old sample times, which hides them in charts, and prunes (deletes for good)
// what users deleted longer ago than the grace period. Each call does a bounded amount of work.
// Idempotent.
type Retention struct {
	Store *store.Store
	// Now is the clock. nil means the system clock.
	Now func() time.Time
	// Rows is the number of rows that one transaction deletes. 0 means 20,000, which take about a
	// tenth of a second.
	Rows int
}

const (
	// retentionPage is the number of series that one statement checks. Most series have a few dozen
	// sample times.
	retentionPage = 500
	// retentionWithin bounds one activity, so that a stopping worker does not wait long.
	retentionWithin = 20 * time.Second
)

// Archive archives or restores the sample times of the next series after the cursor; see
// store.Retention.KeepNewest.
func (r *Retention) Archive(ctx context.Context, after int64) (RetentionResult, error) {
	var points int
	if err := r.Store.Settings.Read(ctx, store.SettingRetentionPoints, &points); err != nil {
		return RetentionResult{}, activityError(ctx, err)
	}
	kept, err := r.Store.Retention.KeepNewest(ctx, points, after, retentionPage)
	return RetentionResult{Next: kept.Next, Archived: kept.Archived, Restored: kept.Restored}, activityError(ctx, err)
}

// PruneSeries prunes insight views that were deleted longer ago than the grace period, and series
// that were deleted before then, that no view has, and whose workflows have stopped. If the grace
// period is 0, it prunes nothing. Pruned counts only series. More is true if there may be more to
// prune.
func (r *Retention) PruneSeries(ctx context.Context) (RetentionResult, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	result, err := r.prune(work, func(before time.Time) ([]pruning, error) {
		series, err := r.Store.Retention.PrunableSeries(work, before)
		list := make([]pruning, len(series))
		for i, one := range series {
			list[i] = pruning{"series " + one.ID, func() (bool, error) { return r.Store.Retention.PruneSeriesSlice(work, one, r.rows()) }}
		}
		return list, err
	})
	return result, activityError(ctx, err)
}

// PruneRepositories prunes the commit indexes of repositories that were removed longer ago than the
// grace period. Each worker prunes its own mirrors: Mirrors.Prune.
func (r *Retention) PruneRepositories(ctx context.Context) (RetentionResult, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	result, err := r.prune(work, func(before time.Time) ([]pruning, error) {
		ids, err := r.Store.Retention.PrunableRepositories(work, before)
		list := make([]pruning, len(ids))
		for i, id := range ids {
			list[i] = pruning{fmt.Sprintf("repository %d", id), func() (bool, error) { return r.Store.Retention.PruneRepositorySlice(work, id, r.rows()) }}
		}
		return list, err
	})
	return result, activityError(ctx, err)
}

// pruning is a series or a repository that is pruned slice by slice.
type pruning struct {
	what  string
	slice func() (gone bool, err error)
}

func (r *Retention) prune(ctx context.Context, find func(before time.Time) ([]pruning, error)) (RetentionResult, error) {
	before, enabled, err := r.pruneBefore(ctx)
	if err != nil || !enabled {
		return RetentionResult{}, err
	}
	list, err := find(before)
	if err != nil {
		return RetentionResult{}, err
	}
	var result RetentionResult
	started := time.Now()
	for _, one := range list {
		for gone := false; !gone; {
			if time.Since(started) > retentionWithin {
				result.More = true
				return result, nil
			}
			activity.RecordHeartbeat(ctx, "prune "+one.what)
			if gone, err = one.slice(); err != nil {
				return result, err
			}
		}
		result.Pruned++
	}
	result.More = len(list) > 0 // there may be another page
	return result, nil
}

// pruneBefore returns the time before which deleted data is pruned. `enabled` is false if the grace
// period is 0, which turns pruning off.
func (r *Retention) pruneBefore(ctx context.Context) (before time.Time, enabled bool, err error) {
	var grace time.Duration
	if err := r.Store.Settings.Read(ctx, store.SettingRetentionGrace, &grace); err != nil || grace == 0 {
		return before, false, err
	}
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	return now().Add(-grace), true, nil
}

func (r *Retention) rows() int { return cmp.Or(r.Rows, sliceSamples) }
