package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
)

// A snapshot needs a grid that is coarser than a day, and values that belong to commits.
func TestSnapshotSeriesAreThoseThatTakeSnapshots(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var want []string
	for _, unit := range []insights.Unit{insights.Hour, insights.Day, insights.Week, insights.Month, insights.Year} {
		for _, value := range []int{1, 2, 24, 25} {
			for _, query := range []string{"TODO", "type:commit TODO"} {
				interval := insights.Interval{Unit: unit, Value: value}
				series := b.series(query, func(s *insights.Series) { s.Grid.Interval = interval })
				require.NoError(t, b.store.Series.MarkStarted(t.Context(), series.ID))
				if interval.CoarserThanDay() && query == "TODO" {
					want = append(want, series.ID)
				}
			}
		}
	}
	b.series("not started")
	page, err := (&activities.Snapshots{Store: b.store}).SnapshotSeries(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, activities.SnapshotPage{SeriesIDs: want}, page)
}
