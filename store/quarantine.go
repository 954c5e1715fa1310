package store

import (
	"context"

	"github.com/backsight/backsight/store/internal/db"
)

// Quarantine reads and writes strikes: how often the searches of a repository killed their workers
// or stopped answering.
type Quarantine struct{ *database }

// Strike says how often in a row the search of a repository for a series killed its worker or
// stopped answering.
type Strike struct {
	Count  int
	Reason string // of the last one
}

// Strikes returns the strikes of the repositories first..last (ids, both included) for a series, as
// a map by repository id. A repository without strikes is not in the map.
func (s *Quarantine) Strikes(ctx context.Context, seriesID string, first, last int64) (map[int64]Strike, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().Strikes(ctx, db.StrikesParams{SeriesID: key, First: id32(first), Last: id32(last)})
	if err != nil {
		return nil, classify(err, "series %s: strikes", seriesID)
	}
	found := make(map[int64]Strike, len(rows))
	for _, row := range rows {
		found[int64(row.RepoID)] = Strike{Count: int(row.Strikes), Reason: row.Reason}
	}
	return found, nil
}

// AddStrike counts one more strike; it is not idempotent. It does nothing when the series or the
// repository does not exist.
func (s *Quarantine) AddStrike(ctx context.Context, seriesID string, repository int64, reason string) error {
	return classify(s.queries().AddStrike(ctx, db.AddStrikeParams{SeriesID: seriesID, RepoID: id32(repository), Reason: reason}),
		"series %s: repository %d: strike", seriesID, repository)
}

// ClearStrikes deletes the strikes of a repository for a series. Callers call it when the search
// has made progress. Idempotent.
func (s *Quarantine) ClearStrikes(ctx context.Context, seriesID string, repository int64) error {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	return classify(s.queries().ClearStrikes(ctx, key, id32(repository)), "series %s: repository %d: strikes", seriesID, repository)
}

// Release deletes the strikes of all repositories in which a plan has pending samples, so that a
// retry searches quarantined repositories again. Idempotent.
func (s *Quarantine) Release(ctx context.Context, seriesID string, plan int) error {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	return classify(s.queries().ReleaseStrikes(ctx, key, int32(plan)), "series %s: retry %d: strikes", seriesID, plan)
}
