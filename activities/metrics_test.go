package activities_test

import (
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/telemetry"
)

// measured gives the bundle metrics and returns a function that reads one of them: its value, or
// its number of observations.
func (b *testBundle) measured() func(name string, labels ...string) float64 {
	registry := prometheus.NewRegistry()
	m := telemetry.NewMetrics(registry)
	b.limits.Metrics, b.mirrors.Metrics, b.plans.Metrics, b.search.Metrics, b.points.Metrics = m, m, m, m, m
	return func(name string, labels ...string) (sum float64) {
		b.t.Helper()
		families, err := registry.Gather()
		require.NoError(b.t, err)
		found := false
		for _, family := range families {
			if family.GetName() != name {
				continue
			}
			for _, metric := range family.GetMetric() {
				var values []string
				for _, pair := range metric.GetLabel() {
					values = append(values, pair.GetValue())
				}
				if len(labels) == 0 || slices.Equal(labels, values) {
					found = true
					sum += metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
				}
			}
		}
		require.True(b.t, found, "no metric %s %v", name, labels)
		return sum
	}
}

func TestMetricsCountSettledSamplesAndReads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := b.measured()
	synced := b.local("growing", growing(t)) // 3 samples, each at a commit of its own
	unchanged := testgit.New(t)
	unchanged.Commit(t, shortlyBefore(-2), map[string]string{"a": "TODO TODO"})
	b.local("unchanged", unchanged) // 3 at one commit: settled by one search
	young := testgit.New(t)
	young.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO"})
	b.local("young", young) // 2 absent
	damaged := growing(t)
	damaged.Unpack(t)
	damaged.RemoveObject(t, damaged.ObjectAt(t, "main~1:a.go"))
	b.local("damaged", damaged)
	b.syncedTogether(synced)
	require.EqualValues(t, 1, get("backsight_mirror_syncs_total", telemetry.Fetched))
	_ = b.listed()
	require.EqualValues(t, 1, get("backsight_mirror_syncs_total", telemetry.Unchanged))

	series := b.series("TODO")
	want := b.backfill(series)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 7, Reused: 2, Absent: 2, Partial: 1}, want)
	for outcome, n := range map[insights.Outcome]int64{
		insights.Counted: want.Counted, insights.Reused: want.Reused, insights.Absent: want.Absent, insights.Partial: want.Partial, insights.Failed: 0,
	} {
		total := 0.0
		for _, by := range []string{telemetry.ByPlan, telemetry.BySearch, telemetry.ByGiveUp} {
			total += get("backsight_samples_settled_total", by, string(outcome))
		}
		require.EqualValues(t, n, total, outcome)
	}
	require.EqualValues(t, 4, get("backsight_searches_saved_total"))
	require.EqualValues(t, 4, get("backsight_searches_total", telemetry.Done))
	require.EqualValues(t, 0, get("backsight_searches_total", telemetry.Failed))
	require.EqualValues(t, 4, get("backsight_search_seconds"))
	require.EqualValues(t, 3+1+1+3, get("backsight_blobs_read_total"), "distinct blobs")
	require.Positive(t, get("backsight_read_bytes_total"))
	require.EqualValues(t, 0, get("backsight_searches_running"))
	require.Positive(t, get("backsight_ledger_write_seconds"))
	require.EqualValues(t, 0, get("backsight_ledger_write_failures_total"))
	require.EqualValues(t, 0, get("backsight_limiter_wait_seconds_total"), "without limits no search waits")

	// A second plan at the same commits is settled without a search.
	read := get("backsight_blobs_read_total")
	due := series.Grid.Time(0).Add(10 * time.Minute)
	for _, r := range []string{"growing", "unchanged", "young"} {
		repository, err := b.store.Repositories.ByName(t.Context(), r)
		require.NoError(t, err)
		require.NoError(t, b.store.Commits.Replace(t.Context(), repository.ID, map[string]int{"growing": 3}[r]+map[string]int{"unchanged": 1, "young": 1}[r], nil, due.Add(time.Minute)))
	}
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "damaged"))
	begin := activities.BeginInput{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{due}}
	for range 2 { // a repeated request counts the plan once
		_, err := call[activities.BeginResult](b, b.plans.Begin, begin)
		require.NoError(t, err)
	}
	require.EqualValues(t, 3, get("backsight_samples_settled_total", telemetry.ByPlan, "reused"))
	require.EqualValues(t, 4+3, get("backsight_searches_saved_total"))
	require.EqualValues(t, read, get("backsight_blobs_read_total"))
}

func TestMetricsShowLimitsAndWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := b.measured()
	b.limits.Set(2, 0, 3)
	require.EqualValues(t, 2, get("backsight_limit", telemetry.LimitSamples))
	require.EqualValues(t, 3, get("backsight_limit", telemetry.LimitConcurrency))
	b.local("growing", growing(t))
	b.backfill(b.series("TODO"))
	require.Positive(t, get("backsight_limiter_wait_seconds_total", telemetry.LimitSamples), "the third sample had to wait")
	require.Zero(t, get("backsight_limiter_wait_seconds_total", telemetry.LimitSearches))
}
