package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// BeginGeneration returns the number of the series' open plan of this kind and these times, made if there is none, so an
// activity can be attempted again. The order of the times is of no matter.
func (s *Store) BeginGeneration(ctx context.Context, seriesID string, kind insights.PlanKind, times []time.Time) (int, error) {
	if kind != insights.BackfillPlan && kind != insights.RecordingPlan {
		return 0, insights.Errorf(insights.Invalid, "series %s: plan of kind %q: use %s or %s", seriesID, kind, insights.BackfillPlan, insights.RecordingPlan)
	}
	if len(times) == 0 {
		return 0, insights.Errorf(insights.Invalid, "series %s: a plan needs at least one time", seriesID)
	}
	sorted := instants(times)
	return s.begin(ctx, seriesID, "plan", openPlan(ctx, kind, sorted), func(q *db.Queries, key int32) (int32, error) {
		return addPlan(ctx, q, key, kind, sorted)
	})
}

// begin returns the number of the series' open plan, as find finds it, or of the one that add makes, 0 for none. Numbers are given out one
// after the other.
func (s *Store) begin(ctx context.Context, seriesID, what string, find func(*db.Queries, int32) ([]int32, error), add func(*db.Queries, int32) (int32, error)) (int, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return 0, err
	}
	var generation int32
	err = s.inTx(ctx, func(q *db.Queries) error {
		if _, err := q.LockSeries(ctx, key); err != nil {
			return err
		}
		open, err := find(q, key)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			generation = open[0]
			return nil
		}
		generation, err = add(q, key)
		return err
	})
	return int(generation), classify(err, "series %s: %s", seriesID, what)
}

// openPlan finds a plan that is not complete.
func openPlan(ctx context.Context, kind insights.PlanKind, times []time.Time) func(*db.Queries, int32) ([]int32, error) {
	return func(q *db.Queries, key int32) ([]int32, error) {
		return q.OpenGeneration(ctx, db.OpenGenerationParams{SeriesID: key, Kind: string(kind), Times: times})
	}
}

// addPlan makes a plan, and places for its times.
func addPlan(ctx context.Context, q *db.Queries, key int32, kind insights.PlanKind, times []time.Time) (int32, error) {
	if err := q.AddTimes(ctx, key, times); err != nil {
		return 0, err
	}
	return q.AddGeneration(ctx, db.AddGenerationParams{SeriesID: key, Kind: string(kind), Times: times})
}

// PlanSlice plans the next limit repositories of the scope by id and reports whether the plan is written in full.
// Everything that needs no search is settled here, see planRepositories. A sample that an earlier generation settled stays as it is and
// belongs to that one; a pending one moves to this one.
//
// reuse says whether a sample at a commit that the series has an exact value for takes that value. It is false where a value belongs
// to an interval and not to a commit; such a sample is pending, with its commit.
//
// One call is one transaction that writes up to limit × times samples. It may be attempted again at any time: the plan
// remembers how far it came. The scope must be the same in all calls; repositories that are registered meanwhile are
// planned, for their ids come last. A call may plan fewer than limit, or none, without being done.
func (s *Store) PlanSlice(ctx context.Context, seriesID string, generation int, scope ScopeFilter, limit int, reuse bool) (done bool, err error) {
	if limit < 1 {
		return false, insights.Errorf(insights.Invalid, "series %s: a slice of %d repositories: must be at least 1", seriesID, limit)
	}
	return s.slice(ctx, seriesID, generation, scope, limit, func(q *db.Queries, key int32, times []time.Time, repos []int32) error {
		return planRepositories(ctx, q, seriesID, times, repos, planning{generation: int32(generation), reuse: reuse})
	})
}

// slice lets plan write the next limit repositories of the scope by id, and reports whether the plan is written in full.
func (s *Store) slice(ctx context.Context, seriesID string, generation int, scope ScopeFilter, limit int, plan func(q *db.Queries, key int32, times []time.Time, repos []int32) error) (done bool, err error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return false, err
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		row, err := q.LockGeneration(ctx, key, int32(generation))
		if err != nil {
			return err
		}
		if row.PlannedAt != nil {
			done = true
			return nil
		}
		var ids []int32
		var through int32
		ids, through, done, err = scope.choose(ctx, q, row.PlannedThrough, limit)
		if err != nil {
			return err
		}
		if len(ids) > 0 {
			if err := plan(q, key, row.Times, ids); err != nil {
				return err
			}
		}
		err = q.AdvancePlan(ctx, db.AdvancePlanParams{PlannedThrough: through, Done: done, SeriesID: key, Generation: int32(generation)})
		if err == nil && done && insights.PlanKind(row.Kind) == insights.BackfillPlan {
			err = q.MarkBackfillQueued(ctx, key)
		}
		return err
	})
	if err != nil {
		return false, classify(err, "series %s: plan %d", seriesID, generation)
	}
	return done, nil
}

// RepositoryWork is what a generation has left to do in one repository.
type RepositoryWork struct {
	RepositoryID int64
	Name         string
	Pending      int   // samples
	Commits      int   // distinct commits to search; an unresolved sample counts as one
	SizeBytes    int64 // of the object store
}

// Cost estimates the work for comparing it with a budget: one for each commit to search, since each costs listing a
// tree and the files that changed, and one for each MiB of the object store, since the first commit costs reading all files.
func (w RepositoryWork) Cost() int64 { return int64(w.Commits) + w.SizeBytes>>20 }

// Page returns the next limit repositories with pending samples after the given id, by id, and whether there are none after them. One
// statement, and another one where other plans have much pending in between.
func (s *Store) Page(ctx context.Context, seriesID string, generation int, after int64, limit int) (page []RepositoryWork, last bool, err error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, false, err
	}
	want := int(pageSize(limit))
	rowLimit := want + 1 // the last repository of a full result may have more rows
	for from := id32(after); len(page) < want; {
		rows, err := s.queries().PendingWork(ctx, db.PendingWorkParams{SeriesID: key, After: from, RowLimit: int32(rowLimit)})
		if err != nil {
			return nil, false, classify(err, "series %s: plan %d", seriesID, generation)
		}
		if last = len(rows) < rowLimit; !last {
			cut := slices.IndexFunc(rows, func(r db.PendingWorkRow) bool { return r.SampleChunks.RepoID == rows[len(rows)-1].SampleChunks.RepoID })
			if rows = rows[:cut]; cut == 0 {
				rowLimit *= 2
				continue
			}
		}
		for len(rows) > 0 && len(page) < want {
			n := 1
			for n < len(rows) && rows[n].SampleChunks.RepoID == rows[0].SampleChunks.RepoID {
				n++
			}
			if work := workOf(rows[:n], int32(generation)); work.Pending > 0 {
				page = append(page, work)
			}
			from, rows = rows[0].SampleChunks.RepoID, rows[n:]
		}
		if last {
			return page, len(rows) == 0, nil
		}
	}
	return page, false, nil
}

// workOf is what a generation has left to do according to the rows of one repository.
func workOf(rows []db.PendingWorkRow, generation int32) RepositoryWork {
	work := RepositoryWork{RepositoryID: int64(rows[0].SampleChunks.RepoID), Name: rows[0].Name, SizeBytes: rows[0].SizeBytes}
	commits := map[string]bool{}
	for _, row := range rows {
		for i := range row.SampleChunks.Outcomes {
			e := entryOf(row.SampleChunks, i)
			if e.outcome != insights.Pending || e.generation != generation {
				continue
			}
			work.Pending++
			if e.commit == "" || !commits[e.commit] {
				work.Commits++
			}
			commits[e.commit] = true
		}
	}
	return work
}

// CompleteGeneration closes a plan of which nothing is pending any more. A backfill stamps the series' completion, a recording
// the last and the next recording time, and all kinds bring DirtyQueries up to date. The second time it does nothing. Conflict
// while the plan isn't written in full or a sample is pending.
func (s *Store) CompleteGeneration(ctx context.Context, seriesID string, generation int, at time.Time) error {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		plan, err := q.LockGeneration(ctx, key, int32(generation))
		if err != nil || plan.CompletedAt != nil {
			return err
		}
		pending, err := q.HasPending(ctx, key, int32(generation))
		if err != nil {
			return err
		}
		if plan.PlannedAt == nil || pending {
			return insights.Errorf(insights.Conflict, "series %s: plan %d has pending samples", seriesID, generation)
		}
		if err := q.CompleteGeneration(ctx, db.CompleteGenerationParams{At: instant(at), SeriesID: key, Generation: int32(generation)}); err != nil {
			return err
		}
		if err := refreshDirtyQueries(ctx, q, key, at); err != nil {
			return err
		}
		switch insights.PlanKind(plan.Kind) {
		case insights.BackfillPlan:
			return q.CompleteBackfill(ctx, instant(at), key)
		case insights.RetryPlan, insights.ExtensionPlan, insights.CatchUpPlan:
			return nil
		}
		series, err := q.Series(ctx, seriesID)
		if err != nil {
			return err
		}
		last := slices.MaxFunc(plan.Times, time.Time.Compare)
		return q.CompleteRecording(ctx, db.CompleteRecordingParams{Recorded: last, Next: seriesOf(series).Grid.Next(last), ID: key})
	})
	return classify(err, "series %s: plan %d", seriesID, generation)
}

// instants returns the times as the database keeps them, sorted, each once.
func instants(times []time.Time) []time.Time {
	sorted := make([]time.Time, len(times))
	for i, t := range times {
		sorted[i] = instant(t)
	}
	slices.SortFunc(sorted, time.Time.Compare)
	return slices.CompactFunc(sorted, time.Time.Equal)
}

// PlanKind returns the kind of a plan, "" for one that does not exist.
func (s *Store) PlanKind(ctx context.Context, seriesID string, plan int) (insights.PlanKind, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return "", err
	}
	kind, err := s.queries().PlanKind(ctx, key, int32(plan))
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return insights.PlanKind(kind), classify(err, "series %s: plan %d", seriesID, plan)
}
