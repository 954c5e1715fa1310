package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// retryTimes returns the times at which the selection has samples.
func (d *database) retryTimes(ctx context.Context, q *db.Queries, key int32, selection insights.Selection) ([]time.Time, error) {
	selection, err := selection.Normal()
	if err != nil {
		return nil, err
	}
	named, err := d.named(ctx, q, selection.Repository, Administrator)
	if err != nil {
		return nil, err
	}
	return q.RetryTimes(ctx, db.RetryTimesParams{
		SeriesID: key, Faulty: faulty(selection), Letters: lettersOf(selection.Outcomes), At: selection.Time, AllNames: named.all, RepoIDs: named.ids,
	})
}

// retrySlice makes the selected samples of up to `limit` more repositories pending again. `through`
// is the id of the last of these repositories. If `done` is true, none follows. Each of these
// samples then belongs to this plan, and has the commit that the commit index now has for the
// sample's time, or none. Samples of removed repositories are never selected. A sample keeps its
// value and captures until a write replaces them. If the new attempt yields less than the earlier
// one (see supersedes), the sample gets its earlier outcome back.
func (d *database) retrySlice(ctx context.Context, l ledger, plan db.LockPlanRow, limit int) (through int32, done bool, err error) {
	var selection insights.Selection
	if err := json.Unmarshal([]byte(text(plan.Selection)), &selection); err != nil {
		return 0, false, err
	}
	named, err := d.named(ctx, l.q, selection.Repository, Administrator)
	if err != nil {
		return 0, false, err
	}
	ids, err := l.q.RetryRepositories(ctx, db.RetryRepositoriesParams{
		SeriesID: l.key, After: plan.PlannedThrough, Faulty: faulty(selection), Letters: lettersOf(selection.Outcomes),
		At: selection.Time, AllNames: named.all, RepoIDs: named.ids, RowLimit: pageSize(limit),
	})
	if err != nil || len(ids) == 0 {
		return plan.PlannedThrough, true, err
	}
	return ids[len(ids)-1], len(ids) < int(pageSize(limit)), l.selectAgain(ctx, selection, ids)
}

// faulty reports whether a selection has only partial and failed samples.
func faulty(selection insights.Selection) bool {
	return !slices.ContainsFunc(selection.Outcomes, func(o insights.Outcome) bool { return o != insights.Partial && o != insights.Failed })
}

// selectAgain makes the selected samples of some repositories pending again.
func (l ledger) selectAgain(ctx context.Context, selection insights.Selection, repos []int32) error {
	numbers := l.permanent()
	if selection.Time != nil {
		numbers = l.chunksOf([]time.Time{*selection.Time})
	}
	chunks, err := l.load(ctx, keysOfAll(repos, numbers))
	if err != nil {
		return err
	}
	type selected struct {
		*entry
		repo int32
		time time.Time
	}
	var list []selected
	var times []time.Time
	for _, c := range chunks {
		for i := range c.is {
			e, t := &c.is[i], l.bySlot[slot{c.number, int32(i + 1)}]
			if !slices.Contains(selection.Outcomes, e.outcome) || e.plan >= l.plan || selection.Time != nil && !selection.Time.Equal(t) {
				continue
			}
			list, times = append(list, selected{e, c.repo, t}), append(times, t)
		}
	}
	commits, err := resolve(ctx, l.q, repos, instants(times))
	if err != nil {
		return err
	}
	for _, e := range list {
		e.kept, e.keptCommit = e.outcome, e.commit
		e.outcome, e.entry.plan, e.commit = insights.Pending, l.plan, commits.at(e.repo, e.time).commit
	}
	return l.save(ctx, slices.Collect(maps.Values(chunks)))
}

// cancel ends up to `limit` pending samples of the plan and returns how many it ended.
func (l ledger) cancel(ctx context.Context, reason string, limit int) (ended int, err error) {
	last := chunkKey{repo: -1}
	for {
		rows, err := l.q.LockPendingChunks(ctx, db.LockPendingChunksParams{SeriesID: l.key, Plan: l.plan, AfterRepo: last.repo, AfterChunk: last.number, RowLimit: bulk})
		if err != nil {
			return 0, err
		}
		var chunks []*chunk
		for _, row := range rows {
			c := chunkOf(row.SampleChunks)
			last = c.chunkKey
			for i := range c.is {
				if e := &c.is[i]; ended < limit && e.outcome == insights.Pending && e.plan == l.plan {
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

// cancel ends a pending sample as cancelled or, if a retry has selected it, restores it.
func (e *entry) cancel(reason string) {
	if e.kept != "" {
		e.restore()
		return
	}
	e.outcome, e.code, e.reason = insights.Failed, insights.ReasonCancelled, reason
}

// restore gives a sample the outcome and commit that it had before a retry selected it.
func (e *entry) restore() {
	e.outcome, e.commit, e.kept, e.keptCommit = e.kept, e.keptCommit, "", ""
}
