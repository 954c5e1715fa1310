package store

import (
	"context"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// A snapshot is the sample of every repository at one moment between two recordings. It has a generation, like every plan, but
// its samples are beside the ledger, so that it never counts in a series' completeness, and the next one replaces it.

// SnapshotSeries returns the ids of up to limit live series whose grid is coarser than a day, in the order in which they were
// stored, from the cursor after on; next is the cursor of the page that follows, 0 when there is none.
func (s *Store) SnapshotSeries(ctx context.Context, after int64, limit int) (ids []string, next int64, err error) {
	rows, err := s.queries().SnapshotSeries(ctx, id32(after), pageSize(limit))
	if err != nil {
		return nil, 0, classify(err, "series to take a snapshot of")
	}
	for _, row := range rows {
		ids = append(ids, row.SeriesID)
	}
	if len(rows) == int(pageSize(limit)) {
		next = int64(rows[len(rows)-1].ID)
	}
	return ids, next, nil
}

// BeginSnapshot returns the number of the series' open snapshot of this moment, made if there is none. Older ones that were not
// completed are dropped.
func (s *Store) BeginSnapshot(ctx context.Context, seriesID string, at time.Time) (int, error) {
	times := []time.Time{instant(at)}
	return s.begin(ctx, seriesID, "snapshot", openPlan(ctx, insights.SnapshotPlan, times), func(q *db.Queries, key int32) (int32, error) {
		// Added before others are dropped: a number is never given out twice, so a late write finds nothing.
		generation, err := q.AddGeneration(ctx, db.AddGenerationParams{SeriesID: key, Kind: string(insights.SnapshotPlan), Times: times})
		if err != nil {
			return 0, err
		}
		return generation, q.DropUnfinishedSnapshots(ctx, db.DropUnfinishedSnapshotsParams{SeriesID: seriesID, SeriesKey: key, Generation: generation})
	})
}

// SnapshotSlice plans the next limit repositories of the scope by id, as PlanSlice does, and reports whether the snapshot is
// planned in full.
func (s *Store) SnapshotSlice(ctx context.Context, seriesID string, generation int, scope ScopeFilter, limit int) (done bool, err error) {
	return s.slice(ctx, seriesID, generation, scope, limit, func(q *db.Queries, key int32, times []time.Time, repos []int32) error {
		return q.PlanSnapshot(ctx, db.PlanSnapshotParams{SeriesID: seriesID, SeriesKey: key, Generation: int32(generation), RepoIDs: repos, At: times[0]})
	})
}

// SnapshotPage is Page for a snapshot.
func (s *Store) SnapshotPage(ctx context.Context, seriesID string, generation int, after int64, limit int) ([]RepositoryWork, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().PendingSnapshotRepositories(ctx, db.PendingSnapshotRepositoriesParams{
		SeriesID: key, Generation: int32(generation), After: id32(after), RowLimit: pageSize(limit),
	})
	if err != nil {
		return nil, classify(err, "series %s: snapshot %d", seriesID, generation)
	}
	page := make([]RepositoryWork, len(rows))
	for i, row := range rows {
		page[i] = RepositoryWork{RepositoryID: int64(row.RepoID), Name: row.Name, Pending: 1, Commits: 1, SizeBytes: row.SizeBytes}
	}
	return page, nil
}

// PendingSnapshotSamples returns what a snapshot has left to do in the repositories fromRepo..throughRepo, both included, by id.
func (s *Store) PendingSnapshotSamples(ctx context.Context, seriesID string, generation int, fromRepo, throughRepo int64) ([]insights.Sample, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().PendingSnapshotSamples(ctx, db.PendingSnapshotSamplesParams{
		SeriesID: key, Generation: int32(generation), FromRepo: id32(fromRepo), ThroughRepo: id32(throughRepo),
	})
	if err != nil {
		return nil, classify(err, "series %s: snapshot %d", seriesID, generation)
	}
	samples := make([]insights.Sample, len(rows))
	for i, row := range rows {
		samples[i] = insights.Sample{
			SeriesID: seriesID, RepositoryID: int64(row.RepoID), Time: row.Time.UTC(),
			Outcome: insights.Pending, Commit: hexID(row.CommitBytea), Attempts: int(row.Attempts),
		}
	}
	return samples, nil
}

// WriteSnapshotSamples writes how samples of a snapshot ended, and their points, in one transaction of two statements. A sample
// that has ended is left alone, unless it failed; of a snapshot that was replaced meanwhile nothing is written. Invalid as in
// WriteSamples.
func (s *Store) WriteSnapshotSamples(ctx context.Context, seriesID string, generation int, samples []insights.Sample) error {
	if len(samples) == 0 {
		return nil
	}
	cells, err := cellsOf(samples)
	if err != nil {
		return classify(err, "series %s: snapshot %d", seriesID, generation)
	}
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	p := db.WriteSnapshotSamplesParams{SeriesID: key, Generation: int32(generation)}
	for _, c := range cells {
		p.RepoIDs, p.Outcomes, p.DurationsMs = append(p.RepoIDs, c.repo), append(p.Outcomes, string(c.outcome)), append(p.DurationsMs, c.elapsed)
		p.Vals, p.Commits = append(p.Vals, c.value), append(p.Commits, c.commit)
		p.ReasonClasses, p.Reasons = append(p.ReasonClasses, c.class), append(p.Reasons, c.reason)
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		written, err := q.WriteSnapshotSamples(ctx, p)
		if err != nil {
			return err
		}
		points := db.WriteSnapshotPointsParams{SeriesID: seriesID, At: cells[0].time}
		for _, c := range cells {
			if !slices.Contains(written, c.repo) {
				continue
			}
			points.Captured = points.Captured || c.byValue
			for capture, value := range c.values {
				points.PointRepoIDs, points.Captures, points.Vals = append(points.PointRepoIDs, c.repo), append(points.Captures, capture), append(points.Vals, value)
			}
		}
		if len(points.Vals) == 0 {
			return nil
		}
		return q.WriteSnapshotPoints(ctx, points)
	})
	return classify(err, "series %s: snapshot %d: samples", seriesID, generation)
}

// SnapshotTally tallies the samples of a snapshot in the repositories fromRepo..throughRepo, both included.
func (s *Store) SnapshotTally(ctx context.Context, seriesID string, generation int, fromRepo, throughRepo int64) (insights.Completeness, error) {
	var tally insights.Completeness
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return tally, err
	}
	rows, err := s.queries().SnapshotTally(ctx, db.SnapshotTallyParams{
		SeriesID: key, Generation: int32(generation), FromRepo: id32(fromRepo), ThroughRepo: id32(throughRepo),
	})
	for _, row := range rows {
		tally.Add(insights.Outcome(row.Outcome), row.N)
	}
	return tally, classify(err, "series %s: snapshot %d", seriesID, generation)
}

// CompleteSnapshot puts a snapshot in the place of the one before: from here on charts show it. The second time it does nothing.
// Conflict while a sample is pending, NotFound when a later one has replaced it.
func (s *Store) CompleteSnapshot(ctx context.Context, seriesID string, generation int, at time.Time) error {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		plan, err := q.LockGeneration(ctx, key, int32(generation))
		if err != nil || plan.CompletedAt != nil {
			return err
		}
		pending, err := q.SnapshotHasPending(ctx, key, int32(generation))
		if err != nil {
			return err
		}
		if plan.PlannedAt == nil || pending {
			return insights.Errorf(insights.Conflict, "series %s: snapshot %d has pending samples", seriesID, generation)
		}
		if err := q.ReplaceSnapshots(ctx, db.ReplaceSnapshotsParams{SeriesID: seriesID, SeriesKey: key, Generation: int32(generation)}); err != nil {
			return err
		}
		if err := q.CompleteGeneration(ctx, db.CompleteGenerationParams{At: instant(at), SeriesID: key, Generation: int32(generation)}); err != nil {
			return err
		}
		return q.CompleteSnapshot(ctx, plan.Times[0], key)
	})
	return classify(err, "series %s: snapshot %d", seriesID, generation)
}
