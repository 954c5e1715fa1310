package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestBeginAgainReturnsTheSamePlan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := b.series(t, "TODO", insights.Search)
	other := b.series(t, "FIXME", insights.Search)
	begin := func(series insights.Series, kind insights.PlanKind, times ...time.Time) int {
		plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: kind, Times: times})
		require.NoError(t, err)
		return plan
	}

	require.Equal(t, 1, begin(series, insights.BackfillPlan, day(0), day(-1)))
	require.Equal(t, 1, begin(series, insights.BackfillPlan, day(-1), day(0), day(0)), "order and repetition do not matter")
	require.Equal(t, 2, begin(series, insights.BackfillPlan, day(-1)), "other times")
	require.Equal(t, 3, begin(series, insights.RecordingPlan, day(-1)), "another kind")
	require.Equal(t, 1, begin(other, insights.RecordingPlan, day(1)), "another series")

	_, _, err := b.Plans.WriteSlice(b.ctx, series.ID, 1, store.ScopeFilter{}, 1, true)
	require.NoError(t, err)
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, 1, day(2)))
	require.Equal(t, 4, begin(series, insights.BackfillPlan, day(-1), day(0)), "a completed plan is not continued")

	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: "holiday", Times: []time.Time{day(0)}})
	requireCode(t, insights.Invalid, err, `a plan cannot have the kind "holiday"`)
	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: nil})
	requireCode(t, insights.Invalid, err, "at least one time")
	_, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: "nobody", Kind: insights.BackfillPlan, Times: []time.Time{day(0)}})
	requireCode(t, insights.NotFound, err, "series nobody does not exist")
}

// Each repository is one case: its commit index decides which samples are absent, and at which
// commits the others are pending.
func TestWriteSliceSettlesSamplesByTheIndex(t *testing.T) {
	t.Parallel()
	b := setup(t)
	indexed := b.repository(t, "indexed")
	commits := b.index(t, indexed, day(5), -3, -1)
	stale := b.repository(t, "stale")
	staleCommits := b.index(t, stale, day(-1), -3)
	b.repository(t, "unread")
	empty := b.repository(t, "empty")
	b.index(t, empty, day(0))

	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.BackfillPlan, day(-4), day(-1), day(0))

	got := map[string][]string{}
	for _, sample := range b.ledger(t, series) { // newest time first
		got[sample.Repository] = append(got[sample.Repository], strings.TrimSpace(string(sample.Outcome)+" "+sample.Commit))
	}
	require.Equal(t, map[string][]string{
		"indexed": {"pending " + commits[1].Commit, "pending " + commits[1].Commit, "absent"},
		"stale":   {"pending", "pending " + staleCommits[0].Commit, "absent"},
		"unread":  {"pending", "pending", "pending"},
		"empty":   {"absent", "absent", "absent"},
	}, got)

	page, _, err := b.Plans.Page(b.ctx, series.ID, plan, 0, store.PageLimit{Repositories: 10})
	require.NoError(t, err)
	work := map[string]string{}
	for _, w := range page {
		work[w.Name] = fmt.Sprintf("%d pending, %d commits", w.Pending, w.Commits)
	}
	require.Equal(t, map[string]string{
		"indexed": "2 pending, 1 commits", "stale": "2 pending, 2 commits", "unread": "3 pending, 3 commits",
	}, work)
}

// If values belong to intervals, samples at the same commit are not reused.
func TestWriteSliceWithoutReuse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	indexed := b.repository(t, "indexed")
	commits := b.index(t, indexed, day(5), -3)
	series := b.series(t, "TODO", insights.Search)
	first := b.plan(t, series, insights.BackfillPlan, day(-2))
	b.settle(t, series, first, func(s *insights.Sample) { s.Outcome, s.Value = insights.Counted, 7 })

	outcome := func(at time.Time, reuse bool) string {
		plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{at}})
		require.NoError(t, err)
		_, done, err := b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, 100, reuse)
		require.NoError(t, err)
		require.True(t, done)
		list, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID, Time: &at})
		require.NoError(t, err)
		require.Equal(t, commits[0].Commit, list[0].Commit)
		return fmt.Sprint(list[0].Outcome, " ", list[0].Value)
	}
	require.Equal(t, "reused 7", outcome(day(-1), true))
	require.Equal(t, "pending 0", outcome(day(0), false))
}

func TestWriteSliceVisitsEachRepositoryOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "acme", 10)
	require.NoError(t, b.Repositories.Remove(b.ctx, "acme/0003"))
	series := b.series(t, "TODO", insights.Search)
	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: []time.Time{day(0), day(-1)}})
	require.NoError(t, err)
	slice := func(limit int) bool {
		_, done, err := b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, limit, true)
		require.NoError(t, err)
		return done
	}

	require.False(t, slice(4))
	tally, err := b.Samples.Completeness(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 8, Pending: 8}, tally)
	got, err := b.Series.Get(b.ctx, series.ID)
	require.NoError(t, err)
	require.Nil(t, got.BackfillQueuedAt)

	require.False(t, slice(4), "one is left")
	late := b.repository(t, "acme/late")
	require.True(t, slice(4))
	b.repository(t, "acme/too-late")
	require.True(t, slice(4), "a completely written plan does not change")

	page, _, err := b.Plans.Page(b.ctx, series.ID, plan, 0, store.PageLimit{Repositories: 100})
	require.NoError(t, err)
	var ids []int64
	for _, w := range page {
		ids = append(ids, w.RepositoryID)
	}
	want := []int64{late.ID}
	for i := len(repositories) - 1; i >= 0; i-- {
		if i != 3 {
			want = append([]int64{repositories[i].ID}, want...)
		}
	}
	require.Equal(t, want, ids)
	next, _, err := b.Plans.Page(b.ctx, series.ID, plan, ids[3], store.PageLimit{Repositories: 2})
	require.NoError(t, err)
	require.Equal(t, page[4:6], next)
	next, last, err := b.Plans.Page(b.ctx, series.ID, plan, 0, store.PageLimit{Repositories: 100, Cost: page[0].Cost() + 1})
	require.NoError(t, err)
	require.Equal(t, page[:2], next, "the second repository reaches the limit")
	require.False(t, last)

	got, err = b.Series.Get(b.ctx, series.ID)
	require.NoError(t, err)
	require.NotNil(t, got.BackfillQueuedAt)
	_, _, err = b.Plans.WriteSlice(b.ctx, series.ID, 9, store.ScopeFilter{}, 1, true)
	requireCode(t, insights.NotFound, err, "plan 9 does not exist")
	_, _, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, 0, true)
	requireCode(t, insights.Invalid, err, "at least 1")
}

// The schema has the same kinds of plans as insights.PlanKinds, and the same ones are permanent.
func TestSchemaHasThePlanKinds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := b.series(t, "TODO", insights.Search)
	for i, kind := range insights.PlanKinds {
		var permanent bool
		err := b.pool.QueryRow(b.ctx, `INSERT INTO series_plans (series_id, number, kind, times)
			SELECT id, $1, $2, ARRAY[now()] FROM insight_series WHERE series_id = $3 RETURNING permanent`, i+1, kind, series.ID).Scan(&permanent)
		require.NoError(t, err, kind)
		require.Equal(t, kind.Permanent(), permanent, kind)
	}
}

func TestScopeFilterSelectsRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repositories := b.repositories(t, "acme", 6)
	require.NoError(t, b.Repositories.SetFlags(b.ctx, repositories[2].ID, true, false, false))
	require.NoError(t, b.Repositories.SetFlags(b.ctx, repositories[5].ID, false, true, false))
	for name, test := range map[string]struct {
		scope store.ScopeFilter
		want  []string
	}{
		"all":   {store.ScopeFilter{}, []string{"acme/0000", "acme/0001", "acme/0002", "acme/0003", "acme/0004", "acme/0005"}},
		"names": {store.ScopeFilter{Names: []string{"acme/0004", "acme/0001", "acme/none"}}, []string{"acme/0001", "acme/0004"}},
		"match": {
			store.ScopeFilter{Match: func(name string, fork, archived bool) bool { return fork || archived || name == "acme/0000" }},
			[]string{"acme/0000", "acme/0002", "acme/0005"},
		},
		"none": {store.ScopeFilter{Match: func(string, bool, bool) bool { return false }}, nil},
		"both": {
			store.ScopeFilter{Names: []string{"acme/0002", "acme/0003"}, Match: func(_ string, fork, _ bool) bool { return !fork }},
			[]string{"acme/0003"},
		},
	} {
		for _, limit := range []int{1, 2, 3, 100} {
			t.Run(fmt.Sprintf("%s by %d", name, limit), func(t *testing.T) {
				series := b.series(t, t.Name(), insights.Search)
				plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: []time.Time{day(0)}})
				require.NoError(t, err)
				calls := 0
				for done := false; !done; calls++ {
					require.LessOrEqual(t, calls, len(test.want)+1)
					_, done, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, test.scope, limit, true)
					require.NoError(t, err)
				}
				require.Equal(t, max(1, (len(test.want)+limit-1)/limit), calls, "no extra call is needed to find that nothing is left")
				var got []string
				for _, sample := range b.ledger(t, series) {
					got = append(got, sample.Repository)
				}
				require.Equal(t, test.want, got)
				size, err := b.Repositories.CountInScope(b.ctx, test.scope, store.Administrator)
				require.NoError(t, err)
				require.EqualValues(t, len(test.want), size)
			})
		}
	}
}

func TestCompleteRejectsPendingSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.repository(t, "acme/api")
	series := b.series(t, "TODO", insights.Search)
	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: []time.Time{day(0)}})
	require.NoError(t, err)
	requireCode(t, insights.Conflict, b.Plans.Complete(b.ctx, series.ID, plan, day(1)), "pending")
	b.plan(t, series, insights.BackfillPlan, day(0))
	requireCode(t, insights.Conflict, b.Plans.Complete(b.ctx, series.ID, plan, day(1)), "plan 1 is not written in full or has pending samples")

	b.settle(t, series, plan, func(s *insights.Sample) { s.Outcome = insights.Failed })
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(1)))
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(9)))
	got, err := b.Series.Get(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, day(1), *got.BackfillCompletedAt, "the first time counts")
	require.Equal(t, day(1), got.NextRecordingAfter)
	requireCode(t, insights.NotFound, b.Plans.Complete(b.ctx, series.ID, 7, day(1)), "plan 7 does not exist")
}

func TestARecordingSetsTheNextOneByTheGrid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := b.series(t, "TODO", insights.Search)
	plan := b.plan(t, series, insights.RecordingPlan, day(2), day(1))
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, plan, day(2).Add(7*time.Hour)))
	got, err := b.Series.Get(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, day(3), got.NextRecordingAfter)
	require.Nil(t, got.BackfillCompletedAt)
	require.Nil(t, got.BackfillQueuedAt)

	earlier := b.plan(t, series, insights.RecordingPlan, day(1))
	require.NoError(t, b.Plans.Complete(b.ctx, series.ID, earlier, day(3)))
	got, err = b.Series.Get(b.ctx, series.ID)
	require.NoError(t, err)
	require.Equal(t, day(3), got.NextRecordingAfter, "it does not go back")
}

// settle ends all pending samples of a plan.
func (b bundle) settle(t require.TestingT, series insights.Series, plan int, end func(*insights.Sample)) []insights.Sample {
	samples, err := b.Samples.Pending(b.ctx, series.ID, plan, 0, 1<<62)
	require.NoError(t, err)
	for i := range samples {
		end(&samples[i])
	}
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan, samples))
	return samples
}
