package activities_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// A long backfill is planned in two parts, the first of which is there to be searched; a recording is planned at once.
func TestLongBackfillIsPlannedInTwoParts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.plans.FirstPart = time.Nanosecond
	b.fresh()
	list := make([]store.NewRepository, 45) // slices of 20 repositories, for 1,000 samples each
	for i := range list {
		list[i] = store.NewRepository{Names: []string{fmt.Sprint("r", i)}, Location: fmt.Sprint("/not/there/", i), Local: true}
	}
	require.NoError(t, b.store.AddRepositories(t.Context(), list))
	series := b.series("TODO", func(s *insights.Series) {
		s.Grid.Points, s.Grid.Interval = 1000, insights.Interval{Unit: insights.Day, Value: 1}
	})
	in := activities.BeginInput{SeriesID: series.ID, Kind: store.Backfill, Times: series.Grid.Frames()}
	begin := func() activities.BeginResult {
		begun, err := call[activities.BeginResult](b, b.plans.Begin, in)
		require.NoError(t, err)
		require.Equal(t, 1, begun.Generation)
		return begun
	}
	begun := begin()
	require.True(t, begun.More)
	require.Equal(t, insights.Completeness{Planned: 20_000, Pending: 20_000}, begun.Tally)
	page, err := call[activities.PageResult](b, b.plans.Page, activities.PageInput{SeriesID: series.ID, Generation: 1})
	require.NoError(t, err)
	require.NotEmpty(t, page.Batches)
	completed, err := call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Generation: 1})
	require.NoError(t, err)
	require.True(t, completed.Left)

	in.Rest = true
	for range 2 { // an attempt that comes late changes nothing
		begun = begin()
		require.False(t, begun.More)
		require.EqualValues(t, 45_000, begun.Tally.Planned)
	}
	recording, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: store.Recording, Times: []time.Time{series.Grid.Time(1)}})
	require.NoError(t, err)
	require.False(t, recording.More)
	r, err := b.store.RepositoryByName(t.Context(), "r44")
	require.NoError(t, err)
	require.NotEmpty(t, r.Error, "the last slice was refreshed too")
}
