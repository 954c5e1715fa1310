package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

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
	all, err := slotsOf(ctx, s.queries(), []string{seriesID})
	if err != nil {
		return nil, classify(err, "series %s", seriesID)
	}
	times := all[seriesID]
	var samples []insights.Sample
	rows, err := s.queries().PendingChunks(ctx, db.PendingChunksParams{SeriesID: key, FromRepo: id32(fromRepo), ThroughRepo: id32(throughRepo)})
	if err != nil {
		return nil, classify(err, "series %s: plan %d", seriesID, generation)
	}
	for _, row := range rows {
		c := row.SampleChunks
		for i := range c.Outcomes {
			e, t := entryOf(c, i), times.byPlace[slot{c.Chunk, int32(i + 1)}]
			if e.outcome != insights.Pending || e.generation != int32(generation) || at != nil && !t.Equal(instant(*at)) {
				continue
			}
			samples = append(samples, insights.Sample{
				SeriesID: seriesID, RepositoryID: int64(c.RepoID), Time: t,
				Outcome: insights.Pending, Commit: hexID([]byte(e.commit)), Attempts: int(e.attempts),
			})
		}
	}
	slices.SortFunc(samples, func(a, b insights.Sample) int {
		return cmp.Or(cmp.Compare(a.RepositoryID, b.RepositoryID), b.Time.Compare(a.Time))
	})
	return samples, nil
}

// LedgerSample is a sample with the name of its repository. Values is nil until AddValues: points hold them.
type LedgerSample struct {
	insights.Sample
	Repository string
}

// AddValues fills in Values of samples of one series, if it has a line per value, in two statements at most: those that are chosen, nil for all.
func (s *Store) AddValues(ctx context.Context, seriesID string, samples []LedgerSample, values []string) error {
	type key struct {
		repo int32
		time int64
	}
	at := make(map[key]*LedgerSample, len(samples))
	series, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	params := db.SampleValuesParams{SeriesID: series, AllValues: values == nil, Captures: values}
	for i := range samples {
		repo := id32(samples[i].RepositoryID)
		at[key{repo, samples[i].Time.UnixMicro()}] = &samples[i]
		params.RepoIDs, params.Times = append(params.RepoIDs, repo), append(params.Times, instant(samples[i].Time))
	}
	rows, err := s.queries().SampleValues(ctx, params)
	if err != nil {
		return classify(err, "series %s: values of %d samples", seriesID, len(samples))
	}
	for _, row := range rows {
		if sample := at[key{row.RepoID, row.Time.UnixMicro()}]; sample != nil {
			if sample.Values == nil {
				sample.Values = map[string]int64{}
			}
			sample.Values[row.Capture] = int64(row.Value)
		}
	}
	return nil
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
	Viewer      Viewer             // who reads: only what he may see
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
		SeriesID: key, At: instantOrNil(f.Time), Letters: lettersOf(f.Outcomes), RepoPattern: f.RepoPattern, RowLimit: pageSize(f.Limit),
		SeesAll: f.Viewer.Admin, Login: f.Viewer.Login,
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
		e := entryOf(row.SampleChunks, int(row.Place-1))
		list[i] = LedgerSample{Repository: row.Repository, Sample: insights.Sample{
			SeriesID: f.SeriesID, RepositoryID: int64(row.SampleChunks.RepoID), Time: row.Time.UTC(), Outcome: e.outcome,
			Commit: hexID([]byte(e.commit)), Value: e.value, Attempts: int(e.attempts),
			Duration: time.Duration(e.elapsed) * time.Millisecond, Code: insights.ReasonCode(e.class), Reason: e.reason,
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
	if f.Viewer.Admin && f.RepoPattern == "" {
		row, err := s.queries().CountAllSamples(ctx, key, instantOrNil(f.Time))
		if errors.Is(err, pgx.ErrNoRows) {
			return 0, nil
		}
		tally, n := tallyOf(db.CompletenessRow{Counted: row.Counted, Reused: row.Reused, Absent: row.Absent, Partial: row.Partial, Failed: row.Failed, Pending: row.Pending}), int64(0)
		for _, outcome := range insights.Outcomes {
			if len(f.Outcomes) == 0 || slices.Contains(f.Outcomes, outcome) {
				n += tally.Of(outcome)
			}
		}
		return n, classify(err, "series %s: samples", f.SeriesID)
	}
	n, err := s.queries().CountSamples(ctx, db.CountSamplesParams{
		SeriesID: key, At: instantOrNil(f.Time), Letters: lettersOf(f.Outcomes), RepoPattern: f.RepoPattern,
		SeesAll: f.Viewer.Admin, Login: f.Viewer.Login,
	})
	return n, classify(err, "series %s: samples", f.SeriesID)
}

// Reason is why samples of a series are partial or failed.
type Reason struct {
	Outcome insights.Outcome
	Code    insights.ReasonCode
	Count   int64
	Example string // one of the texts
}

// FailedReasons groups the partial and failed samples that the viewer may see by reason, most frequent first.
func (s *Store) FailedReasons(ctx context.Context, seriesID string, viewer Viewer) ([]Reason, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().FailedReasons(ctx, db.FailedReasonsParams{SeriesID: key, SeesAll: viewer.Admin, Login: viewer.Login})
	if err != nil {
		return nil, classify(err, "series %s: reasons", seriesID)
	}
	reasons := make([]Reason, len(rows))
	for i, row := range rows {
		reasons[i] = Reason{Outcome: insights.Outcome(row.Outcome), Code: insights.ReasonCode(row.ReasonClass), Count: row.N, Example: row.Example}
	}
	return reasons, nil
}
