package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

const (
	// maxCapture is the longest captured value that is counted on its own, in bytes: Sourcegraph's
	// limit. Longer values are cut. Values that are equal after the cut count as one.
	maxCapture = 100
	// maxReason is the longest stored reason, in bytes: a list of 1,000 reasons then has at most 2
	// MB.
	maxReason = 2000
)

// Write writes how samples of a plan ended, with their values, in one transaction. Each sample that
// it writes then has exactly the captured values given. It takes up to four statements, whatever
// the number of samples, and up to four more for a series that counts by captured value.
//
// Write is idempotent, and may come late from an attempt that has timed out. If supersedes does not
// allow the write, the sample stays unchanged or, if this plan or an earlier one is a retry that
// has selected it, gets its earlier outcome back. Write ignores samples that the series does not
// have, such as those of a snapshot that was replaced. It returns Invalid for a sample whose
// outcome is pending or unknown, or whose commit is not an object id.
func (s *Samples) Write(ctx context.Context, seriesID string, plan int, samples []insights.Sample) error {
	if len(samples) == 0 {
		return nil
	}
	ended, err := endedSamples(samples)
	if err != nil {
		return classify(err, "series %s: plan %d", seriesID, plan)
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		l, err := openLedger(ctx, q, seriesID, int32(plan))
		if err != nil {
			return err
		}
		return l.write(ctx, ended)
	})
	return classify(err, "series %s: plan %d: samples", seriesID, plan)
}

func (l ledger) write(ctx context.Context, samples []endedSample) error {
	var keys []chunkKey
	for _, s := range samples {
		if at, ok := l.of(s.time); ok {
			keys = append(keys, chunkKey{s.repo, at.chunk})
		}
	}
	slices.SortFunc(keys, chunkKey.compare)
	chunks, err := l.load(ctx, slices.Compact(keys))
	if err != nil {
		return err
	}
	for _, s := range samples {
		at, _ := l.of(s.time)
		if c := chunks[chunkKey{s.repo, at.chunk}]; c != nil && at.place > 0 {
			c.at(at.place).write(s.entry, l.plan, l.captured)
		}
	}
	return l.save(ctx, slices.Collect(maps.Values(chunks)))
}

// write replaces the sample by the ended one if supersedes allows it. Otherwise, if this plan or an
// earlier one is a retry that has selected the sample, write restores the sample's state from
// before the retry.
func (e *entry) write(ended entry, plan int32, captured bool) {
	switch {
	case e.outcome == "":
		return
	case !supersedes(ended.facts, e.facts, plan):
		if e.kept != "" && e.plan <= plan {
			e.restore()
			e.attempts++
		}
		return
	}
	is := ended.facts
	is.plan, is.attempts = e.plan, e.attempts
	same := is
	same.elapsed = e.elapsed
	if e.facts != same { // a repeated write is no new attempt, even with another duration
		is.attempts++
		e.facts = is
	}
	if e.captures = nil; captured {
		e.captures = ended.captures
	}
}

// supersedes reports whether a write of a plan may replace a sample. It may not replace a sample of
// a later plan, a value by a failure, or an exact value by a lower bound at the same commit. For a
// sample that a retry has selected, the state from before the retry counts, so that a retry
// corrects values and never loses one.
func supersedes(ended, e facts, plan int32) bool {
	was, commit := e.outcome, e.commit
	if e.kept != "" {
		was, commit = e.kept, e.keptCommit
	}
	switch {
	case e.plan > plan:
		return false
	case ended.outcome == insights.Failed:
		return was == insights.Pending || was == insights.Failed
	case ended.outcome == insights.Partial:
		return !was.Exact() || ended.commit != commit
	}
	return true
}

// endedSample is a sample as the ledger stores it: with its commit as bytes, and with texts that
// Postgres can store.
type endedSample struct {
	repo int32
	time time.Time
	entry
}

// endedSamples returns the samples sorted by repository and time. If two samples have the same
// repository and time, the last one counts. The order prevents deadlocks between two writers.
func endedSamples(samples []insights.Sample) ([]endedSample, error) {
	list := make([]endedSample, 0, len(samples))
	for _, sample := range slices.Backward(samples) {
		if sample.Outcome == insights.Pending || !slices.Contains(insights.Outcomes, sample.Outcome) {
			return nil, insights.Errorf(insights.Invalid, "repository %d: a sample cannot end as %q", sample.RepositoryID, sample.Outcome)
		}
		commit, err := objectID(sample.Commit)
		if err != nil {
			return nil, err
		}
		s := endedSample{repo: id32(sample.RepositoryID), time: instant(sample.Time), entry: entry{facts: facts{
			outcome: sample.Outcome, commit: string(commit), elapsed: int32(min(sample.Duration.Milliseconds(), 1<<31-1)),
			code: insights.ReasonCode(clean(string(sample.Code), maxCapture)), reason: clean(sample.Reason, maxReason),
		}}}
		// the value of a failed sample is unknown, and that of an absent one is 0
		if sample.Outcome != insights.Failed && sample.Outcome != insights.Absent {
			s.value, s.captures = sample.Value, captures(sample.Values)
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b endedSample) int { return cmp.Or(cmp.Compare(a.repo, b.repo), a.time.Compare(b.time)) })
	return slices.CompactFunc(list, func(a, b endedSample) bool { return a.repo == b.repo && a.time.Equal(b.time) }), nil
}

// captures returns the counts by captured value, as the ledger stores them, and nil for nil.
func captures(values map[string]int64) map[string]float64 {
	if values == nil {
		return nil
	}
	stored := make(map[string]float64, len(values))
	for capture, n := range values {
		if n != 0 {
			stored[clean(capture, maxCapture)] += float64(n)
		}
	}
	return stored
}

// clean converts bytes from outside to a text that Postgres accepts: valid UTF-8 without NUL, at
// most `limit` bytes, cut between characters.
func clean(s string, limit int) string {
	return insights.Truncate(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD"), limit)
}
