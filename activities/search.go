package activities

import (
	"context"
	"fmt"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// Search settles samples by searching.
type Search struct {
	Store   *store.Store
	Mirrors *Mirrors
	Limits  *Limits
	Journal *CrashJournal // optional: finds the repositories whose searches crash workers
	Indexes *Indexes      // optional: makes searches faster, with the same results
	Metrics *telemetry.Metrics
	// Cores is how many cores all searches may use together; 0 means 1.
	Cores int
}

// Samples searches the pending samples of a range, one repository after the other, and writes each
// result soon after it is known. It returns the tally of the range afterwards. If At is set, it
// settles only the sample at that time and, unless the query is about commits or diffs, every
// pending sample at the same commit. Idempotent: a further attempt searches only the samples that
// earlier attempts did not write.
func (s *Search) Samples(ctx context.Context, in Range) (insights.Completeness, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	if err := s.samples(work, in); err != nil {
		return insights.Completeness{}, activityError(ctx, err)
	}
	tally, err := tallyOf(ctx, s.Store, in)
	return tally, activityError(ctx, err)
}

func (s *Search) samples(ctx context.Context, in Range) (err error) {
	// This reads all times even if only one is asked for, because samples at one commit are settled
	// together.
	pending, err := s.Store.Samples.Pending(ctx, in.SeriesID, in.Plan, in.From, in.Through)
	if err != nil || len(pending) == 0 {
		return err
	}
	series, err := s.Store.Series.Get(ctx, in.SeriesID)
	if err != nil {
		return err
	}
	question, err := compile(series)
	if err != nil {
		return err
	}
	groups, ids := byRepository(pending)
	repositories, err := s.Store.Repositories.ByID(ctx, ids)
	if err != nil {
		return err
	}
	strikes, err := s.Store.Quarantine.Strikes(ctx, in.SeriesID, in.From, in.Through)
	if err != nil {
		return err
	}
	suspectsLast(groups, strikes)
	ctx, heartbeat, stop := startHeartbeat(ctx)
	defer stop()
	bases, err := s.bases(ctx, in, series, question, ids)
	if err != nil {
		return err
	}
	job := &job{Search: s, question: question, at: in.At, bases: bases, heartbeat: heartbeat, out: &writer{store: s.Store.Samples, seriesID: in.SeriesID, plan: in.Plan, metrics: s.Metrics}}
	for i, samples := range groups {
		id := samples[0].RepositoryID
		heartbeat.describe(fmt.Sprintf("%s, %d of %d", repositories[id].Name, i+1, len(groups)))
		if err := job.guarded(ctx, repositories[id], samples, strikes[id]); err != nil {
			return s.keep(ctx, job.out, err)
		}
	}
	return job.out.flush(ctx)
}

// bases returns, by repository id, the newest exact sample of the series in that repository, from
// which a search can start; see history.Request.Base. It returns none for a retry, for a batch
// while the backfill is not complete, and if searches of the query cannot start from a base.
func (s *Search) bases(ctx context.Context, in Range, series insights.Series, question *engine.Question, ids []int64) (map[int64]store.Base, error) {
	if question.PerInterval() || !question.Matcher.PerFile() {
		return nil, nil
	}
	if series.BackfillCompletedAt == nil && in.At == nil {
		return nil, nil // one search covers all times of the backfill, and needs no base
	}
	return s.Store.Samples.Bases(ctx, in.SeriesID, in.Plan, ids)
}

// baseOf returns a base in the form that a search takes. It returns nil when there is no base, or
// when the database does not hold all of its values.
func baseOf(b store.Base, byValue bool) *history.Result {
	if b.Commit == "" {
		return nil
	}
	result := &history.Result{Commit: gitrepo.OID(b.Commit), Value: int64(b.Value)}
	if byValue {
		sum := int64(0)
		for _, n := range b.Values {
			sum += n
		}
		if sum != result.Value {
			return nil
		}
		result.Values = values.Of(b.Values)
	}
	return result
}

// keep writes the samples that are already known before the activity ends with err, so that the
// next attempt need not search them again. It returns err.
func (s *Search) keep(ctx context.Context, out *writer, err error) error {
	const grace = 5 * time.Second // less than a stopping worker waits for its activities
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if writeErr := out.flush(last); writeErr != nil {
		logger(ctx, logSeries, out.seriesID).Warn("samples were found but not written", "samples", len(out.samples), "error", writeErr)
	}
	return err
}

// byRepository divides samples, which are in the order of their repositories, and lists the ids of
// the repositories.
func byRepository(samples []insights.Sample) (groups [][]insights.Sample, ids []int64) {
	for _, s := range samples {
		if n := len(ids); n == 0 || ids[n-1] != s.RepositoryID {
			groups, ids = append(groups, nil), append(ids, s.RepositoryID)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], s)
	}
	return groups, ids
}
