package store

import (
	"context"

	"github.com/backsight/backsight/store/internal/db"
)

// Base is an exact value that a new sample can be built on.
type Base struct {
	Commit string // hex
	Value  float64
	Values map[string]int64 // by capture; nil for a series that does not count by value, and where there are none
}

// Bases returns, for those of the repositories that have one, the newest exact sample of a series at a commit; none for a
// generation that retries. One statement.
func (s *Store) Bases(ctx context.Context, seriesID string, generation int, repoIDs []int64) (map[int64]Base, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	ids := make([]int32, len(repoIDs))
	for i, id := range repoIDs {
		ids[i] = id32(id)
	}
	rows, err := s.queries().Bases(ctx, db.BasesParams{SeriesKey: key, SeriesID: seriesID, Generation: int32(generation), RepoIDs: ids})
	if err != nil {
		return nil, classify(err, "series %s: newest exact samples", seriesID)
	}
	bases := make(map[int64]Base, len(repoIDs))
	for _, row := range rows {
		base, known := bases[int64(row.RepoID)]
		if !known {
			base = Base{Commit: hexID(row.CommitBytea), Value: row.Value}
		}
		if row.Capture != nil {
			if base.Values == nil {
				base.Values = map[string]int64{}
			}
			base.Values[*row.Capture] = int64(row.CaptureValue)
		}
		bases[int64(row.RepoID)] = base
	}
	return bases, nil
}
