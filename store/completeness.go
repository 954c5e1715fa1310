package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Completeness tallies all samples of a series: every generation, history and recordings.
func (s *Store) Completeness(ctx context.Context, seriesID string) (insights.Completeness, error) {
	all, err := s.CompletenessOf(ctx, []string{seriesID})
	return all[seriesID], err
}

// CompletenessOf tallies several series in one statement. NotFound when one of them does not exist.
func (s *Store) CompletenessOf(ctx context.Context, seriesIDs []string) (map[string]insights.Completeness, error) {
	keys := make([]int32, len(seriesIDs))
	names := make(map[int32]string, len(seriesIDs))
	tallies := make(map[string]insights.Completeness, len(seriesIDs))
	for i, id := range seriesIDs {
		key, err := s.seriesKey(ctx, id)
		if err != nil {
			return nil, err
		}
		keys[i], names[key], tallies[id] = key, id, insights.Completeness{}
	}
	rows, err := s.queries().Completeness(ctx, keys)
	if err != nil {
		return nil, classify(err, "completeness of %d series", len(seriesIDs))
	}
	for _, row := range rows {
		tallies[names[row.SeriesID]] = tallyOf(row)
	}
	return tallies, nil
}

func tallyOf(row db.CompletenessRow) insights.Completeness {
	tally := insights.Completeness{Counted: row.Counted, Reused: row.Reused, Absent: row.Absent, Partial: row.Partial, Failed: row.Failed, Pending: row.Pending}
	tally.Planned = tally.Known() + tally.Partial + tally.Failed + tally.Pending
	return tally
}

// CompletenessOfGeneration tallies the samples of one plan: those that were not settled before it.
func (s *Store) CompletenessOfGeneration(ctx context.Context, seriesID string, generation int) (insights.Completeness, error) {
	var tally insights.Completeness
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return tally, err
	}
	rows, err := s.queries().OutcomesOfGeneration(ctx, key, int32(generation))
	for _, row := range rows {
		for i := range row.Outcomes {
			if outcome := outcomeOf[row.Outcomes[i]]; outcome != "" && generationAt(row.Generation, row.Generations, i) == int32(generation) {
				tally.Add(outcome, row.N)
			}
		}
	}
	return tally, classify(err, "series %s: plan %d", seriesID, generation)
}

// CompletenessOfRange tallies a plan's samples in the repositories fromRepo..throughRepo, both included, at one time or
// (nil) at all of them.
func (s *Store) CompletenessOfRange(ctx context.Context, seriesID string, generation int, fromRepo, throughRepo int64, at *time.Time) (insights.Completeness, error) {
	tallies, err := s.CompletenessOfRanges(ctx, seriesID, generation, []RepositoryRange{{fromRepo, throughRepo}}, at)
	if err != nil {
		return insights.Completeness{}, err
	}
	return tallies[0], nil
}

// RepositoryRange is the repositories From..Through (ids, both included).
type RepositoryRange struct{ From, Through int64 }

// CompletenessOfRanges is CompletenessOfRange for several ranges, which are in order and do not overlap. One statement that reads all
// between the first and the last of them, and with a time another.
func (s *Store) CompletenessOfRanges(ctx context.Context, seriesID string, generation int, ranges []RepositoryRange, at *time.Time) ([]insights.Completeness, error) {
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
		all, err := slotsOf(ctx, s.queries(), []string{seriesID})
		if err != nil {
			return nil, classify(err, "series %s", seriesID)
		}
		where, ok := all[seriesID].of(instant(*at))
		if !ok {
			return tallies, nil
		}
		only = &where
	}
	rows, err := s.queries().OutcomesOfRange(ctx, db.OutcomesOfRangeParams{
		SeriesID: key, Generation: int32(generation), FromRepo: id32(ranges[0].From), ThroughRepo: id32(ranges[len(ranges)-1].Through),
	})
	if err != nil {
		return nil, classify(err, "series %s: plan %d", seriesID, generation)
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
			if outcome != "" && (only == nil || int(only.place) == i+1) && generationAt(row.Generation, row.Generations, i) == int32(generation) {
				tallies[next].Add(outcome, 1)
			}
		}
	}
	return tallies, nil
}
