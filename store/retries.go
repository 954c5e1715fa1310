package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// ValidateSelection returns the Invalid error with which BeginRetry would refuse the selection: an outcome that no sample ends in, or a
// broken pattern.
func (s *Store) ValidateSelection(ctx context.Context, seriesID string, selection insights.Selection) error {
	selection, err := selection.Normal()
	if err != nil {
		return err
	}
	_, err = s.CountSamples(ctx, SampleFilter{SeriesID: seriesID, Outcomes: selection.Outcomes, Time: selection.Time, RepoPattern: selection.Repository})
	return err
}

// BeginRetry returns the number of the series' open retry of this selection, made if there is none, so an activity
// can be attempted again. It is 0 when nothing is selected: there is nothing to do. RetrySlice does the taking up.
func (s *Store) BeginRetry(ctx context.Context, seriesID string, selection insights.Selection) (generation int, err error) {
	selection, err = selection.Normal()
	if err != nil {
		return 0, err
	}
	text, err := json.Marshal(selection)
	if err != nil {
		return 0, fmt.Errorf("series %s: retry: %w", seriesID, err) // a struct of texts and a time: a defect
	}
	find := func(q *db.Queries, key int32) ([]int32, error) { return q.OpenRetry(ctx, key, string(text)) }
	return s.begin(ctx, seriesID, "retry", find, func(q *db.Queries, key int32) (int32, error) {
		times, err := q.RetryTimes(ctx, db.RetryTimesParams{
			SeriesID: key, Faulty: faulty(selection), Letters: lettersOf(selection.Outcomes), At: selection.Time, RepoPattern: selection.Repository,
		})
		if err != nil || len(times) == 0 {
			return 0, err
		}
		return q.AddRetry(ctx, db.AddRetryParams{SeriesID: key, Times: times, Selection: string(text)})
	})
}

// RetrySlice takes up the selected samples of the next limit repositories by id and reports whether that was the last slice. Each
// of them is pending again, belongs to this generation, and has the commit that the index has for its time now. Its value
// and points stay until WriteSamples replaces them; where the new attempt knows less than the old one, the sample is what
// it was (see supersedes). One call is one transaction and may be repeated at any time.
func (s *Store) RetrySlice(ctx context.Context, seriesID string, generation, limit int) (done bool, err error) {
	key, err := s.seriesKey(ctx, seriesID)
	if err != nil {
		return false, err
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		plan, err := q.LockRetry(ctx, key, int32(generation))
		if err != nil {
			return err
		}
		if done = plan.PlannedAt != nil; done {
			return nil
		}
		var selection insights.Selection
		if err := json.Unmarshal([]byte(text(plan.Selection)), &selection); err != nil {
			return err
		}
		ids, err := q.RetryRepositories(ctx, db.RetryRepositoriesParams{
			SeriesID: key, After: plan.PlannedThrough, Faulty: faulty(selection), Letters: lettersOf(selection.Outcomes),
			At: selection.Time, RepoPattern: selection.Repository, RowLimit: pageSize(limit),
		})
		if err != nil {
			return err
		}
		done = len(ids) < int(pageSize(limit))
		through := plan.PlannedThrough
		if len(ids) > 0 {
			through = ids[len(ids)-1]
			if err := takeUp(ctx, q, seriesID, int32(generation), selection, ids); err != nil {
				return err
			}
		}
		return q.AdvancePlan(ctx, db.AdvancePlanParams{PlannedThrough: through, Done: done, SeriesID: key, Generation: int32(generation)})
	})
	if err != nil {
		return false, classify(err, "series %s: retry %d", seriesID, generation)
	}
	return done, nil
}

// faulty reports whether a selection has partial and failed samples only.
func faulty(selection insights.Selection) bool {
	return !slices.ContainsFunc(selection.Outcomes, func(o insights.Outcome) bool { return o != insights.Partial && o != insights.Failed })
}

// takeUp makes the selected samples of some repositories pending again.
func takeUp(ctx context.Context, q *db.Queries, seriesID string, generation int32, selection insights.Selection, repos []int32) error {
	l, err := openLedger(ctx, q, seriesID)
	if err != nil {
		return err
	}
	numbers := l.chunks
	if selection.Time != nil {
		numbers = l.chunksOf([]time.Time{*selection.Time})
	}
	chunks, err := l.load(ctx, keysOfAll(repos, numbers))
	if err != nil {
		return err
	}
	wanted := map[*entry]time.Time{}
	repoOf := map[*entry]int32{}
	var times []time.Time
	for _, c := range chunks {
		for i := range c.is {
			e, t := &c.is[i], l.byPlace[slot{c.number, int32(i + 1)}]
			if !slices.Contains(selection.Outcomes, e.outcome) || e.generation >= generation || selection.Time != nil && !selection.Time.Equal(t) {
				continue
			}
			wanted[e], repoOf[e] = t, c.repo
			times = append(times, t)
		}
	}
	times = instants(times)
	commits, err := resolve(ctx, q, repos, times)
	if err != nil {
		return err
	}
	for e, t := range wanted {
		e.kept, e.keptCommit = e.outcome, e.commit
		e.outcome, e.generation, e.commit = insights.Pending, generation, commits.at(repoOf[e], t).commit
	}
	return l.save(ctx, slices.Collect(maps.Values(chunks)))
}
