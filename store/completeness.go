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
		tally := tallies[names[row.SeriesID]]
		tally.Add(insights.Outcome(row.Outcome), row.N)
		tallies[names[row.SeriesID]] = tally
	}
	return tallies, nil
}

// CompletenessOfGeneration tallies the samples of one plan: those that were not settled before it.
func (s *Store) CompletenessOfGeneration(ctx context.Context, seriesID string, generation int) (insights.Completeness, error) {
	var tally insights.Completeness
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return tally, err
	}
	rows, err := s.queries().CompletenessOfGeneration(ctx, key, int32(generation))
	for _, row := range rows {
		tally.Add(insights.Outcome(row.Outcome), row.N)
	}
	return tally, classify(err, "series %s: plan %d", seriesID, generation)
}

// CompletenessOfRange tallies a plan's samples in the repositories fromRepo..throughRepo, both included, at one time or
// (nil) at all of them.
func (s *Store) CompletenessOfRange(ctx context.Context, seriesID string, generation int, fromRepo, throughRepo int64, at *time.Time) (insights.Completeness, error) {
	var tally insights.Completeness
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return tally, err
	}
	rows, err := s.queries().CompletenessOfRange(ctx, db.CompletenessOfRangeParams{
		SeriesID: key, Generation: int32(generation), FromRepo: id32(fromRepo), ThroughRepo: id32(throughRepo), At: instantOrNil(at),
	})
	for _, row := range rows {
		tally.Add(insights.Outcome(row.Outcome), row.N)
	}
	return tally, classify(err, "series %s: plan %d", seriesID, generation)
}
