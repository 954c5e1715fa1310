package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Samples reads and writes the ledger: how each planned sample ended.
type Samples struct{ *database }

// Pending returns the pending samples of a plan in the repositories from..through, both included:
// by repository, newest time first, each with its commit, if the plan found one in the commit
// index. It returns NotFound for an unknown series.
func (s *Samples) Pending(ctx context.Context, seriesID string, plan int, from, through int64) ([]insights.Sample, error) {
	all, err := slotsOf(ctx, s.queries(), []string{seriesID})
	if err != nil {
		return nil, classify(err, "series %s", seriesID)
	}
	times := all[seriesID]
	if times == nil {
		return nil, insights.Errorf(insights.NotFound, "series %s does not exist", seriesID)
	}
	rows, err := s.queries().PendingChunks(ctx, db.PendingChunksParams{SeriesID: times.key, Plan: int32(plan), FromRepo: id32(from), ThroughRepo: id32(through)})
	if err != nil {
		return nil, classify(err, "series %s: plan %d", seriesID, plan)
	}
	var samples []insights.Sample
	for _, row := range rows {
		c := row.SampleChunks
		for i := range c.Outcomes {
			e := entryOf(c, i)
			if e.outcome != insights.Pending || e.plan != int32(plan) {
				continue
			}
			samples = append(samples, insights.Sample{
				SeriesID: seriesID, RepositoryID: int64(c.RepoID), Time: times.bySlot[slot{c.Chunk, int32(i + 1)}],
				Outcome: insights.Pending, Commit: hexID([]byte(e.commit)), Attempts: int(e.attempts),
			})
		}
	}
	slices.SortFunc(samples, func(a, b insights.Sample) int {
		return cmp.Or(cmp.Compare(a.RepositoryID, b.RepositoryID), b.Time.Compare(a.Time))
	})
	return samples, nil
}

// LedgerSample is a sample with the name of its repository. Values is nil until AddValues sets it.
type LedgerSample struct {
	insights.Sample
	Repository string
}

// AddValues sets the field Values of samples of one series, if the series counts by value, in at
// most two statements. `values` lists the captured values to read; nil means all.
func (s *Samples) AddValues(ctx context.Context, seriesID string, samples []LedgerSample, values []string) error {
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

// SampleCursor is the position of a sample in the order of List.
type SampleCursor struct {
	Time         time.Time
	RepositoryID int64
}

// SampleFilter selects a page of a series' samples. Samples of snapshots are not listed.
type SampleFilter struct {
	SeriesID string
	Time     *time.Time         // nil: every time
	Outcomes []insights.Outcome // empty: all
	// on the repository's name, as insights.NamePattern has it; "": every name
	RepoPattern string
	Viewer      Viewer        // only samples of repositories that the viewer may see
	After       *SampleCursor // the last sample of the previous page
	Limit       int           // 0: 10,000, the maximum
}

// List returns samples, newest time first, then by repository id. It returns Invalid for a pattern
// that insights.NamePattern refuses.
func (s *Samples) List(ctx context.Context, f SampleFilter) ([]LedgerSample, error) {
	key, err := s.seriesKey(ctx, f.SeriesID)
	if err != nil {
		return nil, err
	}
	named, err := s.named(ctx, s.queries(), f.RepoPattern, f.Viewer)
	if err != nil {
		return nil, classify(err, "series %s: samples", f.SeriesID)
	}
	params := db.SamplesParams{
		SeriesID: key, At: instantOrNil(f.Time), Letters: lettersOf(f.Outcomes), AllNames: named.all, RepoIDs: named.ids, RowLimit: pageSize(f.Limit),
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
			Duration: time.Duration(e.elapsed) * time.Millisecond, Code: e.code, Reason: e.reason,
		}}
	}
	return list, nil
}

// Count returns how many samples all pages of the filter have together.
func (s *Samples) Count(ctx context.Context, f SampleFilter) (int64, error) {
	if f.Viewer.Admin && f.RepoPattern == "" {
		tallies, err := s.tallies(ctx, []string{f.SeriesID}, f.Time)
		n, tally := int64(0), tallies[f.SeriesID]
		for _, outcome := range insights.Outcomes {
			if len(f.Outcomes) == 0 || slices.Contains(f.Outcomes, outcome) {
				n += tally.Of(outcome)
			}
		}
		return n, err
	}
	key, err := s.seriesKey(ctx, f.SeriesID)
	if err != nil {
		return 0, err
	}
	named, err := s.named(ctx, s.queries(), f.RepoPattern, f.Viewer)
	if err != nil {
		return 0, classify(err, "series %s: samples", f.SeriesID)
	}
	n, err := s.queries().CountSamples(ctx, db.CountSamplesParams{
		SeriesID: key, At: instantOrNil(f.Time), Letters: lettersOf(f.Outcomes), AllNames: named.all, RepoIDs: named.ids,
		SeesAll: f.Viewer.Admin, Login: f.Viewer.Login,
	})
	return n, classify(err, "series %s: samples", f.SeriesID)
}

// ValidateSelection returns the Invalid error with which Plans.Begin would refuse a retry of the
// selection: for the outcome Pending, an unknown outcome, or a pattern that insights.NamePattern
// refuses. It also returns Invalid if the pattern matches no repository that the viewer may see.
func (s *Samples) ValidateSelection(ctx context.Context, seriesID string, selection insights.Selection, viewer Viewer) error {
	selection, err := selection.Normal()
	if err != nil {
		return err
	}
	if selection.Repository == "" {
		return nil
	}
	n, err := (&Repositories{s.database}).Count(ctx, RepositoryFilter{NamePattern: selection.Repository, Viewer: viewer})
	if err == nil && n == 0 {
		err = insights.Errorf(insights.Invalid, "no repository matches %q: `backsight repo list --find REGEXP` shows the repositories that match", selection.Repository)
	}
	return classify(err, "series %s: retry", seriesID)
}

// Reason says why samples of a series are partial or failed.
type Reason struct {
	Outcome insights.Outcome
	Code    insights.ReasonCode
	Count   int64
	Example string // the text of one of the samples
}

// Reasons groups the partial and failed samples by outcome and reason code, the most frequent group
// first. It counts only samples that the viewer may see.
func (s *Samples) Reasons(ctx context.Context, seriesID string, viewer Viewer) ([]Reason, error) {
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
		reasons[i] = Reason{Outcome: insights.Outcome(row.Outcome), Code: insights.ReasonCode(row.ReasonCode), Count: row.N, Example: row.Example}
	}
	return reasons, nil
}

// Failures says whether all searches in a range of repositories failed for one reason, and for
// which.
type Failures struct {
	// Alike is true when some samples failed, all with one code, and none was counted or partial.
	// Samples that were settled without a search (absent or reused) do not count. The other fields
	// are set only when Alike is true.
	Alike        bool
	Code         insights.ReasonCode
	Reason       string // the text of one of the samples
	Samples      int64
	Repositories int64
}

// Failures evaluates all samples of a plan in the repositories first..last, both included. It reads
// all of them.
func (s *Samples) Failures(ctx context.Context, seriesID string, plan int, first, last int64) (Failures, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return Failures{}, err
	}
	rows, err := s.queries().FailuresOfRange(ctx, db.FailuresOfRangeParams{SeriesID: key, Plan: int32(plan), First: id32(first), Last: id32(last)})
	if err != nil {
		return Failures{}, classify(err, "series %s: plan %d", seriesID, plan)
	}
	if len(rows) != 1 || insights.Outcome(rows[0].Outcome) != insights.Failed {
		return Failures{}, nil
	}
	one := rows[0]
	return Failures{Alike: true, Code: insights.ReasonCode(text(one.ReasonCode)), Reason: one.Reason, Samples: one.Samples, Repositories: one.Repositories}, nil
}

// Base is an exact value that the search of a new sample can start from.
type Base struct {
	Commit string // hex
	Value  float64
	Values map[string]int64 // by capture; nil where there are none
}

// Bases returns, by repository id, the newest exact sample that has a commit. Repositories without
// such a sample have no entry. Bases returns none for a retry, which must not build on stored
// values. It takes one statement.
func (s *Samples) Bases(ctx context.Context, seriesID string, plan int, repoIDs []int64) (map[int64]Base, error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, err
	}
	rows, err := s.queries().Bases(ctx, db.BasesParams{SeriesKey: key, SeriesID: seriesID, Plan: int32(plan), RepoIDs: ids32(repoIDs)})
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
