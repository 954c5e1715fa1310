package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// chronicle is a daily series with one repository whose value at day n is n+10.
func chronicle(t *testing.T, b bundle, method insights.GenerationMethod, days ...int) insights.Series {
	t.Helper()
	r := b.repository(t, "acme/a")
	series := b.series(t, "TODO (.)", method)
	var times []time.Time
	for _, n := range days {
		times = append(times, day(n))
	}
	plan := b.plan(t, series, insights.BackfillPlan, times...)
	for _, n := range days {
		sample := insights.Sample{RepositoryID: r.ID, Time: day(n), Outcome: insights.Counted, Value: float64(n + 10), Commit: oid(n)}
		if method == insights.SearchCompute {
			sample.Values = map[string]int64{string(rune('a' + n)): int64(n + 10)}
		}
		b.write(t, series, plan, sample)
	}
	return series
}

func (b bundle) shown(t require.TestingT, series insights.Series) (values []float64) {
	for _, p := range b.chart(t, series) {
		values = append(values, p.Value)
	}
	return values
}

// The newest times stay in charts. The others are archived, nothing is lost, and a larger number of
// points restores them.
func TestOldTimesAreArchivedAndRestored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := chronicle(t, b, insights.Search, 0, 1, 2, 3, 4, 5, 6, 7)
	before := b.requireWhole(t, series)
	keep := func(setting int) store.Kept {
		kept, err := b.Retention.KeepNewest(b.ctx, setting, 0, 10)
		require.NoError(t, err)
		return kept
	}
	require.Equal(t, store.Kept{Archived: 2}, keep(6))
	require.Equal(t, store.Kept{}, keep(6), "a second time")
	require.Equal(t, []float64{12, 13, 14, 15, 16, 17}, b.shown(t, series))
	require.Equal(t, before, b.requireWhole(t, series), "completeness counts what is archived")
	all := b.export(t, []string{series.ID}, store.PointFilter{Viewer: store.Administrator})
	require.Len(t, all[series.ID], 8)
	for i, p := range all[series.ID] {
		require.Equal(t, i < 2, p.Archived)
		require.Equal(t, float64(i+10), p.Value)
	}

	require.Equal(t, store.Kept{Archived: 1}, keep(2), "the series was created with five points")
	require.Len(t, b.shown(t, series), 5)
	require.Equal(t, store.Kept{Restored: 2}, keep(7))
	require.Equal(t, store.Kept{Restored: 1}, keep(0), "all")

	// The series' own number has precedence over the setting and over the series' points.
	own := 3
	require.NoError(t, b.Retention.Set(b.ctx, series.ID, &own))
	require.Equal(t, store.Kept{Archived: 5}, keep(0))
	got, err := b.Retention.Of(b.ctx, series.ID, 30)
	require.NoError(t, err)
	require.Equal(t, store.SeriesRetention{Points: 3, Own: &own, Archived: 5}, got)
	require.Equal(t, []float64{15, 16, 17}, b.shown(t, series))
	all0 := 0
	require.NoError(t, b.Retention.Set(b.ctx, series.ID, &all0))
	kept, err := b.Retention.KeepNewestOf(b.ctx, series.ID, 30)
	require.NoError(t, err)
	require.Equal(t, store.Kept{Restored: 5}, kept)
	require.NoError(t, b.Retention.Set(b.ctx, series.ID, nil))
	got, err = b.Retention.Of(b.ctx, series.ID, 30)
	require.NoError(t, err)
	require.Equal(t, store.SeriesRetention{Points: 30}, got)
	wrong := -1
	requireCode(t, insights.Invalid, b.Retention.Set(b.ctx, series.ID, &wrong), "use a number from 1 to 1048576, or 0 for all")
	requireCode(t, insights.NotFound, b.Retention.Set(b.ctx, "nobody", nil), "does not exist")
}

// A captured value that occurs only at archived times has no line in the chart.
func TestArchivedValuesHaveNoLines(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := chronicle(t, b, insights.SearchCompute, 0, 1, 2)
	own := 2
	require.NoError(t, b.Retention.Set(b.ctx, series.ID, &own))
	_, err := b.Retention.KeepNewestOf(b.ctx, series.ID, 0)
	require.NoError(t, err)
	var labels []string
	for _, p := range b.chart(t, series) {
		labels = append(labels, p.Label)
	}
	require.Equal(t, []string{"b", "c", "b", "c"}, labels)
	all := b.export(t, []string{series.ID}, store.PointFilter{Viewer: store.Administrator})
	require.Len(t, all[series.ID], 9)
}

func TestRetentionGoesPageByPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 5 {
		one := b.series(t, oid(time.Now().UnixNano()), insights.Search)
		b.plan(t, one, insights.BackfillPlan, day(0), day(1))
		own := 1
		require.NoError(t, b.Retention.Set(b.ctx, one.ID, &own))
	}
	archived, pages := int64(0), 0
	for after, first := int64(0), true; first || after != 0; first = false {
		kept, err := b.Retention.KeepNewest(b.ctx, 30, after, 2)
		require.NoError(t, err)
		archived, after = archived+kept.Archived, kept.Next
		pages++
	}
	require.EqualValues(t, 5, archived)
	require.Equal(t, 3, pages)
}

// A deleted series is pruned after its grace period, in slices. The rows of other series stay.
func TestDeletedSeriesArePruned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := chronicle(t, b, insights.SearchCompute, 0, 1, 2)
	kept := b.series(t, "kept", insights.Search)
	b.plan(t, kept, insights.BackfillPlan, day(0))
	snapshot := b.snapshot(t, series, day(3))
	require.NotZero(t, snapshot)
	own := 1
	require.NoError(t, b.Retention.Set(b.ctx, series.ID, &own))
	_, err := b.Retention.KeepNewest(b.ctx, 30, 0, 10)
	require.NoError(t, err)
	require.NoError(t, b.Notices.SetPlanningProblem(b.ctx, series.ID, "x", day(0)))
	views, err := b.Views.List(b.ctx, store.ViewFilter{Find: "TODO"})
	require.NoError(t, err)
	require.NoError(t, b.Views.Delete(b.ctx, views[0].ID))

	now := time.Now()
	// Nothing is pruned within the grace period, or while the workflow runs.
	for _, before := range []time.Time{now.Add(-time.Hour), now.Add(time.Hour)} {
		list, err := b.Retention.PrunableSeries(b.ctx, before)
		require.NoError(t, err)
		require.Empty(t, list)
	}
	require.NoError(t, b.Series.MarkStopped(b.ctx, series.ID))
	list, err := b.Retention.PrunableSeries(b.ctx, now.Add(time.Hour))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, series.ID, list[0].ID)
	slices := 0
	for gone := false; !gone; slices++ {
		gone, err = b.Retention.PruneSeriesSlice(b.ctx, list[0], 1)
		require.NoError(t, err)
	}
	require.Greater(t, slices, 3)
	again, err := b.Retention.PruneSeriesSlice(b.ctx, list[0], 1)
	require.NoError(t, err)
	require.True(t, again, "an activity may be attempted again")
	_, err = b.Series.Get(b.ctx, series.ID)
	requireCode(t, insights.NotFound, err, "does not exist")
	for _, table := range []string{
		"insight_series", "insight_view", "insight_view_series", "series_plans", "sample_slots", "sample_chunks", "series_tallies",
	} {
		require.Equal(t, 1, b.count(t, table), "%s keeps the rows of the other series", table)
	}
	for _, table := range []string{
		"sample_captures", "capture_sums", "sample_captures", "series_points_snapshots", "insight_dirty_queries", "archived_insight_series_recording_times",
	} {
		require.Zero(t, b.count(t, table), table)
	}
}

func (b bundle) count(t require.TestingT, table string) (n int) {
	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func TestCommitIndexesOfRemovedRepositoriesArePruned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	removed, stays := b.repository(t, "acme/removed"), b.repository(t, "acme/stays")
	b.index(t, removed, day(3), -3, -2, -1)
	b.index(t, stays, day(3), -3)
	require.NoError(t, b.Repositories.Remove(b.ctx, "acme/removed"))
	ids, err := b.Retention.PrunableRepositories(b.ctx, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Empty(t, ids, "within the grace period")
	ids, err = b.Retention.PrunableRepositories(b.ctx, time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, []int64{removed.ID}, ids)
	for gone := false; !gone; {
		gone, err = b.Retention.PruneRepositorySlice(b.ctx, removed.ID, 2)
		require.NoError(t, err)
	}
	require.Equal(t, 1, b.count(t, "commit_index"))
	require.Equal(t, 1, b.count(t, "commit_index_metadata"))
	require.Equal(t, 2, b.count(t, "repositories"), "samples refer to it")
	ids, err = b.Retention.PrunableRepositories(b.ctx, time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, ids)
}
