package activities

import (
	"context"
	"fmt"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
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
	Trials  *Trials  // optional: tells what a worker died of
	Indexes *Indexes // optional: makes searches faster, and changes no number
	Metrics *telemetry.Metrics
	// Cores is how many cores searches may use together; 0 is 1.
	Cores int
}

// Samples searches what is pending in a range, repository by repository, and writes results as they land. It returns
// the tally of the range as the ledger has it then. With At it settles that sample, and with it every pending one at the
// same commit. An attempt goes on with what the one before did not write.
func (s *Search) Samples(ctx context.Context, in Range) (insights.Completeness, error) {
	work, done := untilWorkerStops(ctx)
	defer done()
	if err := s.samples(work, in); err != nil {
		return insights.Completeness{}, outcome(ctx, err)
	}
	tally, err := tallyOf(ctx, s.Store, in)
	return tally, outcome(ctx, err)
}

func (s *Search) samples(ctx context.Context, in Range) (err error) {
	// All times, even for one of them: what is at the same commit is settled together.
	pending, err := s.Store.Samples.Pending(ctx, in.SeriesID, in.Plan, in.From, in.Through)
	if err != nil || len(pending) == 0 {
		return err
	}
	series, err := s.Store.Series.Get(ctx, in.SeriesID)
	if err != nil {
		return err
	}
	asked, err := compile(series)
	if err != nil {
		return err
	}
	byRepository := chunkBy(pending, func(s insights.Sample) int64 { return s.RepositoryID })
	repositories, err := s.repositories(ctx, byRepository)
	if err != nil {
		return err
	}
	strikes, err := s.Store.Quarantine.Strikes(ctx, in.SeriesID, in.From, in.Through)
	if err != nil {
		return err
	}
	suspectsLast(byRepository, strikes)
	ctx, pulse, stop := startPulse(ctx)
	defer stop()
	bases, err := s.bases(ctx, in, series, asked, byRepository)
	if err != nil {
		return err
	}
	job := &job{Search: s, question: asked, at: in.At, bases: bases, pulse: pulse, out: &writer{store: s.Store.Samples, seriesID: in.SeriesID, plan: in.Plan, metrics: s.Metrics}}
	for i, samples := range byRepository {
		id := samples[0].RepositoryID
		pulse.on(fmt.Sprintf("%s, %d of %d", repositories[id].Name, i+1, len(byRepository)))
		if err := job.tried(ctx, repositories[id], samples, strikes[id]); err != nil {
			return s.keep(ctx, job.out, err)
		}
	}
	return job.out.flush(ctx)
}

// bases returns what new samples can be built on, by repository, where the query allows for it.
func (s *Search) bases(ctx context.Context, in Range, series insights.Series, asked question, groups [][]insights.Sample) (map[int64]store.Base, error) {
	if asked.perInterval() || asked.matcher.PerRepository() || len(asked.matcher.Predicates()) > 0 {
		return nil, nil // history.Request.Base is of no use to these
	}
	if series.BackfillCompletedAt == nil && in.At == nil {
		return nil, nil // the first backfill finds nothing, unless its frames are searched one by one
	}
	return s.Store.Samples.Bases(ctx, in.SeriesID, in.Plan, repositoryIDs(groups))
}

// baseOf is a base as a search takes it, nil when there is none, or its values are not all of its value.
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

// keep writes what is found already before the activity ends with err; the next attempt would have to search it again.
func (s *Search) keep(ctx context.Context, out *writer, err error) error {
	const grace = 5 * time.Second // within the time that a stopping worker grants
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if writeErr := out.flush(last); writeErr != nil {
		logger(ctx, logSeries, out.seriesID).Warn("found samples were not written", "samples", len(out.samples), "error", writeErr)
	}
	return err
}

func (s *Search) repositories(ctx context.Context, groups [][]insights.Sample) (map[int64]store.Repository, error) {
	return s.Store.Repositories.ByID(ctx, repositoryIDs(groups))
}

func repositoryIDs(groups [][]insights.Sample) []int64 {
	ids := make([]int64, len(groups))
	for i, samples := range groups {
		ids[i] = samples[0].RepositoryID
	}
	return ids
}

// chunkBy splits a list into runs of equal keys.
func chunkBy[T any, K comparable](list []T, key func(T) K) (runs [][]T) {
	start := 0
	for i := range list {
		if i > 0 && key(list[i]) != key(list[i-1]) {
			runs = append(runs, list[start:i])
			start = i
		}
	}
	if start < len(list) {
		runs = append(runs, list[start:])
	}
	return runs
}
