package activities_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

func TestPlanCoversTheScopeOfSeriesAndQuery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := growing(t)
	for _, name := range []string{"acme/api", "acme/web", "acme/old", "other/api"} {
		b.remote(name, "file:///nowhere/"+name) // never read: a plan does not wait for clones
	}
	b.local("acme/local", r)
	for _, test := range []struct {
		query string
		scope insights.Scope
		want  int64
	}{
		{"TODO", insights.Scope{}, 5},
		{"TODO repo:^acme/", insights.Scope{}, 4},
		{"TODO repo:^acme/ -repo:old", insights.Scope{}, 3},
		{"TODO", insights.Scope{Criteria: "repo:api$"}, 2},
		{"TODO repo:^acme/", insights.Scope{Criteria: "repo:api$"}, 1},
		{"TODO", insights.Scope{Repositories: []string{"acme/web", "acme/local", "acme/unknown"}}, 2},
		{"TODO repo:local", insights.Scope{Repositories: []string{"acme/web", "acme/local"}}, 1},
		{"TODO repo:nothing", insights.Scope{}, 0},
	} {
		begun := b.begin(b.series(test.query, func(s *insights.Series) { s.Scope = test.scope }))
		require.Equal(t, 3*test.want, begun.Tally.Planned, "%s %+v", test.query, test.scope)
	}
}

// A recording in a repository without new commits needs no search.
func TestRecordingIsCompressed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := growing(t)
	b.local("r", r)
	series := b.series("TODO")
	require.EqualValues(t, 3, b.backfill(series).Counted)
	at := grid.Anchor.Add(time.Minute) // not a grid time, which a plan does not require
	in := activities.BeginInput{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{at}}
	begun, err := call[activities.BeginResult](b, b.plans.Begin, in)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 4, Counted: 3, Reused: 1}, begun.Tally)
	require.Equal(t, 2, begun.Plan)

	again, err := call[activities.BeginResult](b, b.plans.Begin, in)
	require.NoError(t, err)
	require.Equal(t, begun, again, "a plan is written once")

	completed, err := call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: 2})
	require.NoError(t, err)
	require.False(t, completed.Left)
	require.Equal(t, begun.Tally, completed.Tally)
}

func TestCompleteReportsPendingSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("r", growing(t))
	series := b.series("TODO")
	begun := b.begin(series)
	completed, err := call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: begun.Plan})
	require.NoError(t, err)
	require.True(t, completed.Left)
	require.EqualValues(t, 3, completed.Tally.Pending)
}

func TestErrorsAreClassifiedForTemporal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, query := range []string{"fille:x", "(", "/(/"} {
		series := b.series(query)
		_, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: grid.Frames()})
		requireCode(t, err, insights.Invalid, false)
		require.ErrorContains(t, err, query)
	}
	noGroup := b.series("TODO", func(s *insights.Series) { s.Method = insights.SearchCompute })
	_, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: noGroup.ID, Kind: insights.BackfillPlan, Times: grid.Frames()})
	requireCode(t, err, insights.Invalid, false)

	_, err = call[insights.Completeness](b, b.plans.Tally, activities.TallyInput{SeriesID: "no such series"})
	requireCode(t, err, insights.NotFound, false)

	b.store.Close()
	_, err = call[insights.Completeness](b, b.plans.Tally, activities.TallyInput{SeriesID: noGroup.ID})
	require.Error(t, err)
}

func TestPagesFollowTheBudgets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 7 {
		b.local(fmt.Sprintf("r%d", i), growing(t))
	}
	series := b.series("TODO")
	begun := b.begin(series)
	in := activities.PageInput{SeriesID: series.ID, Plan: begun.Plan}
	page := func() activities.PageResult {
		t.Helper()
		page, err := call[activities.PageResult](b, b.plans.Page, in)
		require.NoError(t, err)
		require.True(t, page.Last)
		var planned int64
		for i, batch := range page.Batches {
			planned += batch.Before.Planned
			require.LessOrEqual(t, batch.From, batch.Through)
			if i > 0 {
				require.Greater(t, batch.From, page.Batches[i-1].Through)
			}
		}
		require.EqualValues(t, 21, planned)
		return page
	}

	folded := page()
	require.Len(t, folded.Batches, 1)
	require.Equal(t, "r0 and 6 more", folded.Batches[0].Label)
	require.False(t, folded.Batches[0].Unfold)

	// A repository costs 3.
	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingBatchCost, "7"))
	pairs := page()
	require.Len(t, pairs.Batches, 4)
	require.Equal(t, "r6", pairs.Batches[3].Label)

	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingBatchCost, "0"))
	single := page()
	require.Len(t, single.Batches, 7)
	require.False(t, single.Batches[0].Unfold)

	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingFrameBudget, "0"))
	literal := page()
	require.Len(t, literal.Batches, 7)
	for _, batch := range literal.Batches {
		require.True(t, batch.Unfold)
	}

	// A page has no samples that are done.
	_, err := call[insights.Completeness](b, b.search.Samples, activities.Range{SeriesID: series.ID, Plan: begun.Plan, From: 1, Through: literal.Batches[5].Through})
	require.NoError(t, err)
	rest, err := call[activities.PageResult](b, b.plans.Page, in)
	require.NoError(t, err)
	require.Len(t, rest.Batches, 1)
	require.Equal(t, "r6", rest.Batches[0].Label)
}

func TestPagesBeginWithTheLargestBatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	small := testgit.New(t)
	small.Commit(t, shortlyBefore(-2), map[string]string{"a.go": "TODO\n"})
	b.local("small", small)
	b.local("large", growing(t))
	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingBatchCost, "0"))
	series := b.series("TODO")
	page, err := call[activities.PageResult](b, b.plans.Page, activities.PageInput{SeriesID: series.ID, Plan: b.begin(series).Plan})
	require.NoError(t, err)
	require.Len(t, page.Batches, 2)
	require.Equal(t, []string{"large", "small"}, []string{page.Batches[0].Label, page.Batches[1].Label})
	require.Equal(t, page.Batches[0].From, page.Next, "the cursor is the last by id")
	for _, batch := range page.Batches {
		require.EqualValues(t, 3, batch.Before.Pending, batch.Label)
	}
}

func TestFailEndsOnlyPendingSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(-2), map[string]string{"a": "TODO"})
	r.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO TODO"})
	b.local("r", r)
	series := b.series("TODO")
	begun := b.begin(series)
	in := activities.FailInput{Range: everything(series, begun.Plan), Code: "timeout", Reason: "it took too long"}
	at := grid.Time(-1) // ends the frame before too, which is at the same commit
	in.At = &at
	tally, err := call[insights.Completeness](b, b.points.Fail, in)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 1, Failed: 1}, tally)
	require.Equal(t, []string{"pending 0", "failed: timeout", "failed: timeout"}, b.outcomes(series)["r"])

	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	in.At = nil
	tally, err = call[insights.Completeness](b, b.points.Fail, in)
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 3, Counted: 1, Failed: 2}, tally)
}
