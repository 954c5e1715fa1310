package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// PlannedTimes returns the sample times that a series' plans cover, oldest first: what a repository that joins later lacks. A
// plan that is not written in full does not count.
func (s *Store) PlannedTimes(ctx context.Context, seriesID string) ([]time.Time, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	times, err := s.queries().PlannedTimes(ctx, key)
	for i := range times {
		times[i] = times[i].UTC()
	}
	return times, classify(err, "series %s: planned times", seriesID)
}

// WholeRepositories returns the ids of the repositories that have a sample at every one of the times. Costs reading the series'
// ledger.
func (s *Store) WholeRepositories(ctx context.Context, seriesID string, times []time.Time) (map[int64]bool, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	ids, err := s.queries().WholeRepositories(ctx, key, instants(times))
	if err != nil {
		return nil, classify(err, "series %s: repositories with samples", seriesID)
	}
	whole := make(map[int64]bool, len(ids))
	for _, id := range ids {
		whole[int64(id)] = true
	}
	return whole, nil
}

// BeginJoining returns the number of the series' open plan for repositories that joined, made if there is none for these
// times. note says for people who joined. PlanSlice writes it: samples that are there stay as they are.
func (s *Store) BeginJoining(ctx context.Context, seriesID string, times []time.Time, note string) (int, error) {
	if len(times) == 0 {
		return 0, insights.Errorf(insights.Invalid, "series %s: a plan needs at least one time", seriesID)
	}
	sorted := instants(times)
	return s.begin(ctx, seriesID, "plan", openPlan(ctx, insights.CatchUpPlan, sorted), func(q *db.Queries, key int32) (int32, error) {
		return q.AddJoining(ctx, db.AddJoiningParams{SeriesID: key, Times: sorted, Note: clean(note, maxReason)})
	})
}

// Plan is what was planned for a series, and when.
type Plan struct {
	Generation  int
	Kind        insights.PlanKind
	Times       []time.Time // oldest first
	Note        string      // why it was made, where the kind does not say it
	CreatedAt   time.Time
	CompletedAt *time.Time // nil while it is worked on
}

// Plans lists the newest limit plans of a series, newest first; snapshots are not among them.
func (s *Store) Plans(ctx context.Context, seriesID string, limit int) ([]Plan, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().SeriesPlans(ctx, key, pageSize(limit))
	if err != nil {
		return nil, classify(err, "series %s: plans", seriesID)
	}
	list := make([]Plan, len(rows))
	for i, row := range rows {
		list[i] = Plan{
			Generation: int(row.Generation), Kind: insights.PlanKind(row.Kind), Times: instants(row.Times), Note: row.Note,
			CreatedAt: row.CreatedAt.UTC(), CompletedAt: instantOrNil(row.CompletedAt),
		}
	}
	return list, nil
}
