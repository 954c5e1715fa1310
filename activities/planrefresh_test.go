package activities_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// One call writes a plan of several slices completely, and every slice is refreshed.
func TestLongBackfillIsPlannedByOneCall(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fresh()
	list := make([]store.NewRepository, 45) // slices of 20 repositories with 1,000 samples each
	for i := range list {
		list[i] = store.NewRepository{Names: []string{fmt.Sprint("r", i)}, Location: fmt.Sprint("/not/there/", i), Local: true}
	}
	require.NoError(t, b.store.Repositories.AddMany(t.Context(), list))
	series := b.series("TODO", func(s *insights.Series) {
		s.Grid.Points, s.Grid.Interval = 1000, insights.Interval{Unit: insights.Day, Value: 1}
	})
	in := activities.BeginInput{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: series.Grid.Frames()}
	begin := func() activities.BeginResult {
		begun, err := call[activities.BeginResult](b, b.plans.Begin, in)
		require.NoError(t, err)
		require.Equal(t, 1, begun.Plan)
		return begun
	}
	for range 2 { // a late further attempt changes nothing
		require.Equal(t, insights.Completeness{Planned: 45_000, Pending: 45_000}, begin().Tally)
	}
	page, err := call[activities.PageResult](b, b.plans.Page, activities.PageInput{SeriesID: series.ID, Plan: 1})
	require.NoError(t, err)
	require.NotEmpty(t, page.Batches)
	require.False(t, page.Last, "a page holds fewer than 45,000 commits to search")
	completed, err := call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: 1})
	require.NoError(t, err)
	require.True(t, completed.Left)
	r, err := b.store.Repositories.ByName(t.Context(), "r44")
	require.NoError(t, err)
	require.NotEmpty(t, r.Error, "the last slice was refreshed too")
}

// When the time for refreshing is over, no further repository is begun, and what was read until
// then is written.
func TestRefreshStopsBetweenRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var list []store.Repository
	for i := range 5 {
		list = append(list, b.local(fmt.Sprint("r", i), growing(t)))
	}
	asked := 0
	b.env.RegisterActivityWithOptions(func(ctx context.Context) error {
		return b.mirrors.RefreshAll(ctx, list, func() bool { asked++; return asked > 2 })
	}, activity.RegisterOptions{Name: "refresh"})
	_, err := b.env.ExecuteActivity("refresh")
	require.NoError(t, err)
	require.Equal(t, 3, asked)
	for i, r := range list {
		after, err := b.store.Repositories.Get(t.Context(), r.ID)
		require.NoError(t, err)
		require.Equal(t, i < 2, after.IndexedAt != nil, r.Name)
	}
}
