package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
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
// exactly the values given, more or fewer than before. Four statements, whatever the number of samples, and up to four more for a series
// by captured value.
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
	write := func(alone bool) error {
		return s.inTx(ctx, func(q *db.Queries) error { return writeCells(ctx, q, seriesID, int32(generation), cells, alone) })
	}
	err = write(false)
	if errors.Is(err, errUnplanned) {
		err = write(true)
	}
	return classify(err, "series %s: plan %d: samples", seriesID, generation)
}

// errUnplanned is why a transaction that meets samples that no plan made begins anew: it has to lock the series before anything else.
var errUnplanned = errors.New("samples that no plan made")

func writeCells(ctx context.Context, q *db.Queries, seriesID string, generation int32, cells []cell, alone bool) error {
	l, err := openLedger(ctx, q, seriesID)
	if err != nil {
		return err
	}
	if alone {
		if l, err = l.extended(ctx, seriesID, timesOf(cells)); err != nil {
			return err
		}
	}
	var keys []chunkKey
	at := make([]slot, len(cells))
	for i, c := range cells {
		var ok bool
		if at[i], ok = l.of(c.time); !ok {
			return errUnplanned
		}
		keys = append(keys, chunkKey{c.repo, at[i].chunk})
	}
	slices.SortFunc(keys, chunkKey.compare)
	keys = slices.Compact(keys)
	chunks, err := l.load(ctx, keys)
	if err != nil {
		return err
	}
	if len(chunks) < len(keys) {
		if !alone {
			return errUnplanned
		}
		addMissing(chunks, keys)
	}
	for i, c := range cells {
		chunks[chunkKey{c.repo, at[i].chunk}].at(at[i].place).write(c, generation, l.captured)
	}
	return l.save(ctx, slices.Collect(maps.Values(chunks)))
}

// extended locks the series against other plans and returns its ledger with slots for the times.
func (l ledger) extended(ctx context.Context, seriesID string, times []time.Time) (ledger, error) {
	if err := l.q.LockLedger(ctx, l.key); err != nil {
		return l, err
	}
	if err := l.q.AddTimes(ctx, l.key, times); err != nil {
		return l, err
	}
	return openLedger(ctx, l.q, seriesID)
}

// addMissing adds rows that are not stored yet.
func addMissing(chunks map[chunkKey]*chunk, keys []chunkKey) {
	for _, key := range keys {
		if chunks[key] == nil {
			chunks[key] = &chunk{chunkKey: key}
		}
	}
}

// write makes the sample what the cell says, where it may (see supersedes). Where not, and a retry had taken the sample up, it is again
// what it was.
func (e *entry) write(c cell, generation int32, captured bool) {
	switch {
	case e.outcome == "":
		e.facts = facts{generation: generation}
	case !supersedes(c, e.facts, generation):
		if e.kept != "" && e.generation <= generation {
			e.restore()
			e.attempts++
		}
		return
	}
	is := facts{
		outcome: c.outcome, generation: e.generation, attempts: e.attempts + 1, elapsed: c.elapsed, value: c.value, commit: string(c.commit),
		class: c.class, reason: c.reason,
	}
	if same := (facts{
		outcome: is.outcome, generation: is.generation, attempts: e.attempts, elapsed: e.elapsed, value: is.value, commit: is.commit,
		class: is.class, reason: is.reason,
	}); e.facts != same {
		e.facts = is
	}
	if e.captures = nil; captured && c.byValue {
		e.captures = c.values
	}
}

// restore makes a sample that a retry had taken up what it was before.
func (e *entry) restore() {
	e.outcome, e.commit, e.kept, e.keptCommit = e.kept, e.keptCommit, "", ""
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
			class:   clean(string(sample.Code), maxCapture), reason: clean(sample.Reason, maxReason), byValue: sample.Values != nil,
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

// supersedes reports whether a write may replace the ledger's row. A later plan has the row to itself; a failure says less
// than any value; a lower bound says less than an exact value of the same commit. A sample that a retry took up is compared with
// what it was before: a retry mends or corrects, it never loses a value.
func supersedes(c cell, e facts, generation int32) bool {
	was, commit := e.outcome, e.commit
	if e.kept != "" {
		was, commit = e.kept, e.keptCommit
	}
	switch {
	case e.generation > generation:
		return false
	case c.outcome == insights.Failed:
		return was == insights.Pending || was == insights.Failed
	case c.outcome == insights.Partial:
		return !was.Exact() || string(c.commit) != commit
	}
	return true
}

func timesOf(cells []cell) (times []time.Time) {
	for _, c := range cells {
		times = append(times, c.time)
	}
	return times
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
