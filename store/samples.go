package store

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// PendingSamples returns what a plan has left to do in the repositories fromRepo..throughRepo, both included, at one time or (nil)
// at all of them: by repository, newest time first, with the commit where the index knows it.
func (s *Store) PendingSamples(ctx context.Context, seriesID string, generation int, fromRepo, throughRepo int64, at *time.Time) ([]insights.Sample, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().PendingSamples(ctx, db.PendingSamplesParams{
		SeriesID: key, Generation: int32(generation), FromRepo: id32(fromRepo), ThroughRepo: id32(throughRepo), At: instantOrNil(at),
	})
	if err != nil {
		return nil, classify(err, "series %s: plan %d", seriesID, generation)
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

// LedgerSample is a sample with the name of its repository. Values is nil: points hold them.
type LedgerSample struct {
	insights.Sample
	Repository string
}

// SampleCursor is the place of a sample in the order of Samples.
type SampleCursor struct {
	Time         time.Time
	RepositoryID int64
}

// SampleFilter selects a page of a series' samples.
type SampleFilter struct {
	SeriesID    string
	Time        *time.Time         // only this one
	Outcomes    []insights.Outcome // only these; empty: all
	RepoPattern string             // a regular expression of Postgres on the repository's name
	After       *SampleCursor      // the last sample of the page before
	Limit       int                // 0: the most a page can have
}

// Samples lists the ledger, newest time first, then by repository id. Invalid for a broken pattern.
func (s *Store) Samples(ctx context.Context, f SampleFilter) ([]LedgerSample, error) {
	key, err := s.seriesKey(ctx, f.SeriesID)
	if err != nil {
		return nil, err
	}
	params := db.SamplesParams{
		SeriesID: key, At: instantOrNil(f.Time), Outcomes: outcomeTexts(f.Outcomes), RepoPattern: f.RepoPattern, RowLimit: pageSize(f.Limit),
	}
	if f.After != nil {
		params.AfterTime, params.AfterRepo = instantOrNil(&f.After.Time), id32(f.After.RepositoryID)
	}
	rows, err := s.queries().Samples(ctx, params)
	if err != nil {
		return nil, classify(err, "series %s: samples", f.SeriesID)
	}
	list := make([]LedgerSample, len(rows))
	for i, row := range rows {
		list[i] = LedgerSample{Repository: row.Repository, Sample: insights.Sample{
			SeriesID: f.SeriesID, RepositoryID: int64(row.RepoID), Time: row.Time.UTC(), Outcome: insights.Outcome(row.Outcome),
			Commit: hexID(row.CommitBytea), Value: row.Value, Attempts: int(row.Attempts),
			Duration: time.Duration(row.DurationMs) * time.Millisecond, ReasonClass: text(row.ReasonClass), Reason: text(row.Reason),
		}}
	}
	return list, nil
}

// CountSamples is how many samples all pages of the filter have together.
func (s *Store) CountSamples(ctx context.Context, f SampleFilter) (int64, error) {
	key, err := s.seriesKey(ctx, f.SeriesID)
	if err != nil {
		return 0, err
	}
	n, err := s.queries().CountSamples(ctx, db.CountSamplesParams{
		SeriesID: key, At: instantOrNil(f.Time), Outcomes: outcomeTexts(f.Outcomes), RepoPattern: f.RepoPattern,
	})
	return n, classify(err, "series %s: samples", f.SeriesID)
}

// Reason is why samples of a series are partial or failed.
type Reason struct {
	Outcome insights.Outcome
	Class   string
	Count   int64
	Example string // one of the texts
}

// FailedReasons groups a series' partial and failed samples by reason, most frequent first.
func (s *Store) FailedReasons(ctx context.Context, seriesID string) ([]Reason, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().FailedReasons(ctx, key)
	if err != nil {
		return nil, classify(err, "series %s: reasons", seriesID)
	}
	reasons := make([]Reason, len(rows))
	for i, row := range rows {
		reasons[i] = Reason{Outcome: insights.Outcome(row.Outcome), Class: row.ReasonClass, Count: row.N, Example: row.Example}
	}
	return reasons, nil
}

func outcomeTexts(outcomes []insights.Outcome) []string {
	texts := make([]string, len(outcomes))
	for i, o := range outcomes {
		texts[i] = string(o)
	}
	return texts
}
