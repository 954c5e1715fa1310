package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Completeness tallies all samples of a series, over all of its plans but snapshots.
func (s *Samples) Completeness(ctx context.Context, seriesID string) (insights.Completeness, error) {
	all, err := s.CompletenessOf(ctx, []string{seriesID})
	return all[seriesID], err
}

// CompletenessOf tallies several series in one statement. It returns NotFound when one of them does
// not exist.
func (s *Samples) CompletenessOf(ctx context.Context, seriesIDs []string) (map[string]insights.Completeness, error) {
	return s.tallies(ctx, seriesIDs, nil)
}

// VisibleCompleteness does the same as CompletenessOf, without the samples of repositories that the
// viewer may not see. `partly` is true if there are such repositories, in any series. It reads one
// snapshot of the database, with two statements more unless the viewer is an administrator.
func (s *Samples) VisibleCompleteness(ctx context.Context, seriesIDs []string, who Viewer) (tallies map[string]insights.Completeness, partly bool, err error) {
	if who.Admin {
		tallies, err = s.CompletenessOf(ctx, seriesIDs)
		return tallies, false, err
	}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		q := db.New(tx)
		if tallies, err = readTallies(ctx, q, seriesIDs, nil); err != nil {
			return err
		}
		if partly, err = q.HidesSome(ctx, who.Admin, who.Login); err != nil || !partly {
			return err
		}
		rows, err := q.HiddenOutcomes(ctx, db.HiddenOutcomesParams{SeriesIDs: seriesIDs, SeesAll: who.Admin, Login: who.Login})
		for _, row := range rows {
			tally := tallies[row.SeriesID]
			for i := range row.Outcomes {
				if outcome := outcomeOf[row.Outcomes[i]]; outcome != "" {
					tally.Add(outcome, -row.N)
				}
			}
			tallies[row.SeriesID] = tally
		}
		return err
	})
	return tallies, partly, classify(err, "completeness of %d series", len(seriesIDs))
}

// tallies is like CompletenessOf, but for the time *at, or for all times if at == nil.
func (s *Samples) tallies(ctx context.Context, seriesIDs []string, at *time.Time) (map[string]insights.Completeness, error) {
	return readTallies(ctx, s.queries(), seriesIDs, at)
}

func readTallies(ctx context.Context, q *db.Queries, seriesIDs []string, at *time.Time) (map[string]insights.Completeness, error) {
	rows, err := q.Completeness(ctx, instantOrNil(at), seriesIDs)
	if err != nil {
		return nil, classify(err, "completeness of %d series", len(seriesIDs))
	}
	tallies := make(map[string]insights.Completeness, len(rows))
	for _, row := range rows {
		tallies[row.SeriesID] = tallyOf(row)
	}
	for _, id := range seriesIDs {
		if _, ok := tallies[id]; !ok {
			return nil, insights.Errorf(insights.NotFound, "series %s does not exist", id)
		}
	}
	return tallies, nil
}

func tallyOf(row db.CompletenessRow) insights.Completeness {
	tally := insights.Completeness{Counted: row.Counted, Reused: row.Reused, Absent: row.Absent, Partial: row.Partial, Failed: row.Failed, Pending: row.Pending}
	tally.Planned = tally.Known() + tally.Partial + tally.Failed + tally.Pending
	return tally
}

// TallyWith returns the tally of one snapshot if `plan` is the number of a snapshot that still
// exists, and otherwise the tally of the whole series.
func (s *Samples) TallyWith(ctx context.Context, seriesID string, plan int) (insights.Completeness, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return insights.Completeness{}, err
	}
	permanent, err := s.queries().IsPermanent(ctx, key, int32(plan))
	if err != nil {
		return insights.Completeness{}, classify(err, "series %s: plan %d", seriesID, plan)
	}
	if permanent {
		return s.Completeness(ctx, seriesID)
	}
	return s.TallyOf(ctx, seriesID, plan)
}

// TallyOf tallies the samples that belong to one plan. A sample belongs to the plan that added it
// until a later plan takes it over: a plan that finds it still pending, or a retry that selects it.
func (s *Samples) TallyOf(ctx context.Context, seriesID string, plan int) (insights.Completeness, error) {
	var tally insights.Completeness
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return tally, err
	}
	rows, err := s.queries().OutcomesOfPlan(ctx, key, int32(plan))
	for _, row := range rows {
		for i := range row.Outcomes {
			if outcome := outcomeOf[row.Outcomes[i]]; outcome != "" && planAt(row.Plan, row.Plans, i) == int32(plan) {
				tally.Add(outcome, row.N)
			}
		}
	}
	return tally, classify(err, "series %s: plan %d", seriesID, plan)
}

// RepositoryRange selects the repositories with the ids From..Through, both included.
type RepositoryRange struct{ From, Through int64 }

// TallyOfRange returns the tally of a plan's samples in the repositories with from <= id <=
// through, at the time *at, or at all times if at == nil.
func (s *Samples) TallyOfRange(ctx context.Context, seriesID string, plan int, from, through int64, at *time.Time) (insights.Completeness, error) {
	tallies, err := s.TallyOfRanges(ctx, seriesID, plan, []RepositoryRange{{from, through}}, at)
	if err != nil {
		return insights.Completeness{}, err
	}
	return tallies[0], nil
}

// TallyOfRanges is like TallyOfRange for several ranges, which must ascend and must not overlap. It
// takes one statement, which also reads the rows between the ranges, and a second one if at != nil.
func (s *Samples) TallyOfRanges(ctx context.Context, seriesID string, plan int, ranges []RepositoryRange, at *time.Time) ([]insights.Completeness, error) {
	tallies := make([]insights.Completeness, len(ranges))
	if len(ranges) == 0 {
		return tallies, nil
	}
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	var only *slot
	if at != nil {
		l, err := openLedger(ctx, s.queries(), seriesID, int32(plan))
		if err != nil {
			return nil, classify(err, "series %s", seriesID)
		}
		where, ok := l.of(instant(*at))
		if !ok {
			return tallies, nil
		}
		only = &where
	}
	rows, err := s.queries().OutcomesOfRange(ctx, db.OutcomesOfRangeParams{
		SeriesID: key, Plan: int32(plan), FromRepo: id32(ranges[0].From), ThroughRepo: id32(ranges[len(ranges)-1].Through),
	})
	if err != nil {
		return nil, classify(err, "series %s: plan %d", seriesID, plan)
	}
	next := 0
	for _, row := range rows {
		for next < len(ranges) && ranges[next].Through < int64(row.RepoID) {
			next++
		}
		if next == len(ranges) || int64(row.RepoID) < ranges[next].From || only != nil && only.chunk != row.Chunk {
			continue
		}
		for i := range row.Outcomes {
			outcome := outcomeOf[row.Outcomes[i]]
			if outcome != "" && (only == nil || int(only.place) == i+1) && planAt(row.Plan, row.Plans, i) == int32(plan) {
				tallies[next].Add(outcome, 1)
			}
		}
	}
	return tallies, nil
}
