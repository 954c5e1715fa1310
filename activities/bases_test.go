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

// completed completes the series' first plan.
func (b *testBundle) completed(series insights.Series) {
	b.t.Helper()
	_, err := call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: 1})
	require.NoError(b.t, err)
}

// A recording reads only what has changed since the newest exact sample of the series in the
// repository. One statement finds these samples for all repositories of the activity.
func TestRecordingReadsOnlyChangedFiles(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query   string
		byValue bool
		want    []string
		read    float64 // by the recording
	}{
		// Two files, before and after.
		{"TODO", false, []string{"counted 23", "counted 20"}, 4},
		{`go(\d) patterntype:regexp`, true, []string{"counted 21", "counted 20"}, 4},
		{"TODO select:file", false, []string{"counted 20", "counted 20"}, 4},
		// The value is not a sum over files, so the search cannot build on an earlier sample.
		{"TODO select:repo", false, []string{"counted 1", "counted 1"}, 20},
		// Whether a file counts depends on another file, so the search cannot build on one either.
		{"TODO repohasfile:file-07", false, []string{"counted 23", "counted 20"}, 20},
		// Two files, before and after.
		{"TODO file:file-0[0-3]", false, []string{"counted 7", "counted 4"}, 4},
		// No matching file changed.
		{"TODO file:file-1", false, []string{"counted 10", "counted 10"}, 0},
		// A query about diffs reads only changed files.
		{"type:diff TODO", false, []string{"counted 1", "counted 0"}, 4},
		// The base is below the limit, so it is exact.
		{"TODO count:22", false, []string{"partial 22: count limit", "counted 20"}, 4},
		// The base is above the limit, so it is not exact.
		{"TODO count:19", false, []string{"partial 19: count limit", "partial 19: count limit"}, 20},
	} {
		t.Run(row.query, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			get := b.measured()
			r := testgit.New(t)
			files := map[string]string{}
			for i := range 20 {
				files[fmt.Sprintf("file-%02d", i)] = fmt.Sprintf("TODO %d go1\n", i)
			}
			r.Commit(t, grid.Time(-2).Add(-time.Hour), files)
			r.Commit(t, shortlyBefore(0), map[string]string{"file-00": "TODO TODO go2\n", "file-01": "TODO\nTODO go1\nTODO go1\n"})
			b.local("r", r)
			series := b.series(row.query, func(s *insights.Series) {
				s.Grid.Anchor, s.Grid.Points = grid.Time(-1), 1
				if row.byValue {
					s.Method = insights.SearchCompute
				}
			})
			b.backfill(series)
			b.completed(series)
			before := get("backsight_blobs_read_total")
			begun, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{series.Grid.Time(1)}})
			require.NoError(t, err)
			_, err = call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
			require.NoError(t, err)
			require.Equal(t, row.want, b.outcomes(series)["r"])
			require.Equal(t, row.read, get("backsight_blobs_read_total")-before)
			if row.byValue {
				points, err := b.store.Charts.Points(t.Context(), []string{series.ID}, store.PointFilter{})
				require.NoError(t, err)
				values := map[string][]float64{}
				for _, p := range points[series.ID] {
					values[p.Label] = append(values[p.Label], p.Value)
				}
				require.Equal(t, map[string][]float64{"1": {20, 20}, "2": {0, 1}}, values)
			}
		})
	}
}

// The frames of a large repository are searched one by one. Each builds on the newest counted
// frame.
func TestFrameReadsOnlyChangedFiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := b.measured()
	r := testgit.New(t)
	r.Commit(t, shortlyBefore(-1), map[string]string{"a": "TODO", "b": "TODO b", "c": "TODO c"})
	r.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO TODO"})
	repository := b.local("r", r)
	series := b.series("TODO")
	one := activities.Range{SeriesID: series.ID, Plan: b.begin(series).Plan, From: repository.ID, Through: repository.ID}
	for k, blobs := range []float64{3, 2} {
		before, at := get("backsight_blobs_read_total"), grid.Time(-k)
		one.At = &at
		_, err := call[insights.Completeness](b, b.search.Samples, one)
		require.NoError(t, err)
		require.Equal(t, blobs, get("backsight_blobs_read_total")-before)
	}
	require.Equal(t, []string{"counted 4", "counted 3", "absent"}, b.outcomes(series)["r"])
}

// A retry checks values, so it builds on no earlier sample.
func TestRetryUsesNoBase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := b.measured()
	b.local("growing", growing(t))
	series := b.series("TODO")
	b.backfill(series)
	b.completed(series)
	before := get("backsight_blobs_read_total")
	at := grid.Time(0)
	begun, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{
		SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Counted}, Time: &at},
	})
	require.NoError(t, err)
	bases, err := b.store.Samples.Bases(t.Context(), series.ID, begun.Plan, []int64{1})
	require.NoError(t, err)
	require.Empty(t, bases)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(series)["growing"])
	require.EqualValues(t, 1, get("backsight_blobs_read_total")-before)
}
