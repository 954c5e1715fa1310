package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

const (
	// maxCapture is the longest captured value that is kept apart from others, in bytes: the reference's limit. Longer ones
	// are cut, and those that are equal then are one value.
	maxCapture = 100
	// maxReason keeps a reason readable, and a list of a thousand of them below a few megabytes.
	maxReason = 2000
)

// WriteSamples writes how samples ended, and their points, in one transaction: after it the points of each sample are
// exactly the values given, more or fewer than before. Four statements, whatever the number of samples, and a fifth where
// a retry found less than there was.
//
// It may be called again, late, by an attempt that was given up: writing the same changes nothing. A row is left alone
// where the write knows less than it (see supersedes). Samples that no plan made are added to the generation.
// Invalid for a sample that is pending or whose commit is no object id.
func (s *Store) WriteSamples(ctx context.Context, seriesID string, generation int, samples []insights.Sample) error {
	if len(samples) == 0 {
		return nil
	}
	cells, err := cellsOf(samples)
	if err != nil {
		return classify(err, "series %s: plan %d", seriesID, generation)
	}
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		ids, times := keysOf(cells)
		rows, err := q.LockSamples(ctx, db.LockSamplesParams{RepoIDs: ids, Times: times, SeriesID: key})
		if err != nil {
			return err
		}
		accepted, refused := accept(cells, rows, int32(generation))
		if len(refused) > 0 {
			ids, times := keysOf(refused)
			if err := q.RestoreSamples(ctx, db.RestoreSamplesParams{RepoIDs: ids, Times: times, SeriesID: key}); err != nil {
				return err
			}
		}
		if len(accepted) == 0 {
			return nil
		}
		if err := q.WriteSamples(ctx, ledgerParams(key, int32(generation), accepted)); err != nil {
			return err
		}
		return writePoints(ctx, q, seriesID, accepted)
	})
	return classify(err, "series %s: plan %d: samples", seriesID, generation)
}

// cell is a sample as it is written: instants and ids as the database has them, texts that Postgres can hold.
type cell struct {
	repo    int32
	time    time.Time
	outcome insights.Outcome
	commit  []byte
	value   float64
	values  map[string]float64 // by capture; "" for a plain search. Zeros are left out
	elapsed int32              // milliseconds
	class   string
	reason  string
	byValue bool
}

// cellsOf returns the samples by repository and time, each once: the last of those given counts. The order keeps two
// writers from waiting for each other.
func cellsOf(samples []insights.Sample) ([]cell, error) {
	cells := make([]cell, 0, len(samples))
	for _, sample := range samples {
		if sample.Outcome == insights.Pending || !slices.Contains(insights.Outcomes, sample.Outcome) {
			return nil, insights.Errorf(insights.Invalid, "repository %d: a sample cannot end as %q", sample.RepositoryID, sample.Outcome)
		}
		commit, err := objectID(sample.Commit)
		if err != nil {
			return nil, err
		}
		c := cell{
			repo: id32(sample.RepositoryID), time: instant(sample.Time), outcome: sample.Outcome, commit: commit,
			elapsed: int32(min(sample.Duration.Milliseconds(), 1<<31-1)),
			class:   clean(sample.ReasonClass, maxCapture), reason: clean(sample.Reason, maxReason), byValue: sample.Values != nil,
		}
		if sample.Outcome != insights.Failed && sample.Outcome != insights.Absent { // unknown, and exactly nothing
			c.value, c.values = sample.Value, pointValues(sample)
		}
		cells = append(cells, c)
	}
	slices.Reverse(cells)
	slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Or(cmp.Compare(a.repo, b.repo), a.time.Compare(b.time)) })
	return slices.CompactFunc(cells, func(a, b cell) bool { return a.repo == b.repo && a.time.Equal(b.time) }), nil
}

func pointValues(sample insights.Sample) map[string]float64 {
	if sample.Values == nil {
		if sample.Value == 0 {
			return nil
		}
		return map[string]float64{"": sample.Value}
	}
	values := make(map[string]float64, len(sample.Values))
	for capture, n := range sample.Values {
		if n != 0 {
			values[clean(capture, maxCapture)] += float64(n)
		}
	}
	return values
}

// accept returns the cells that may be written over what the ledger has, and of the others those that end the retry of a
// sample: it is again what it was. Cells and rows are in the same order.
func accept(cells []cell, rows []db.LockSamplesRow, generation int32) (accepted, refused []cell) {
	next := 0
	for _, c := range cells {
		if next < len(rows) && rows[next].RepoID == c.repo && rows[next].Time.Equal(c.time) {
			row := rows[next]
			next++
			if !supersedes(c, row, generation) {
				if row.KeptOutcome != nil && row.Generation <= generation {
					refused = append(refused, c)
				}
				continue
			}
		}
		accepted = append(accepted, c)
	}
	return accepted, refused
}

// supersedes reports whether a write may replace the ledger's row. A later plan has the row to itself; a failure says less
// than any value; a lower bound says less than an exact value of the same commit. A sample that a retry took up is compared with
// what it was before: a retry mends or corrects, it never loses a value.
func supersedes(c cell, row db.LockSamplesRow, generation int32) bool {
	was, commit := insights.Outcome(row.Outcome), row.CommitBytea
	if row.KeptOutcome != nil {
		was, commit = insights.Outcome(*row.KeptOutcome), row.KeptCommit
	}
	switch {
	case row.Generation > generation:
		return false
	case c.outcome == insights.Failed:
		return was == insights.Pending || was == insights.Failed
	case c.outcome == insights.Partial:
		return !was.Exact() || string(c.commit) != string(commit)
	}
	return true
}

func keysOf(cells []cell) (ids []int32, times []time.Time) {
	for _, c := range cells {
		ids, times = append(ids, c.repo), append(times, c.time)
	}
	return ids, times
}

func ledgerParams(key, generation int32, cells []cell) db.WriteSamplesParams {
	p := db.WriteSamplesParams{SeriesID: key, Generation: generation}
	p.RepoIDs, p.Times = keysOf(cells)
	for _, c := range cells {
		p.Outcomes = append(p.Outcomes, string(c.outcome))
		p.DurationsMs = append(p.DurationsMs, c.elapsed)
		p.Vals = append(p.Vals, c.value)
		p.Commits = append(p.Commits, c.commit)
		p.ReasonClasses = append(p.ReasonClasses, c.class)
		p.Reasons = append(p.Reasons, c.reason)
	}
	return p
}

func writePoints(ctx context.Context, q *db.Queries, seriesID string, cells []cell) error {
	points := db.WritePointsParams{SeriesID: seriesID}
	for _, c := range cells {
		points.Captured = points.Captured || c.byValue
		captures := make([]string, 0, len(c.values))
		for capture := range c.values {
			captures = append(captures, capture)
		}
		slices.Sort(captures)
		for _, capture := range captures {
			points.PointRepoIDs = append(points.PointRepoIDs, c.repo)
			points.PointTimes = append(points.PointTimes, c.time)
			points.Captures = append(points.Captures, capture)
			points.Vals = append(points.Vals, c.values[capture])
		}
	}
	ids, times := keysOf(cells)
	err := q.DeletePointsExcept(ctx, db.DeletePointsExceptParams{
		RepoIDs: ids, Times: times, SeriesID: seriesID,
		PointRepoIDs: points.PointRepoIDs, PointTimes: points.PointTimes, Captures: points.Captures,
	})
	if err != nil || len(points.Vals) == 0 {
		return err
	}
	return q.WritePoints(ctx, points)
}

// clean makes a text of foreign bytes fit for Postgres: valid UTF-8, no NUL, at most most bytes, cut at a character.
func clean(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) <= most {
		return s
	}
	const ellipsis = "…"
	end := most - len(ellipsis)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}
