package api

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// scrape returns the server's metrics by name and labels.
func (b *bundle) scrape() map[string]string {
	b.t.Helper()
	response, err := http.Get(b.url + "/metrics")
	require.NoError(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	values := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			values[name] = value
		}
	}
	return values
}

func TestBacklogMetrics(t *testing.T) {
	t.Parallel()
	b := setup(t)
	empty := b.scrape()
	require.Equal(t, "1", empty["backsight_database_up"])
	for _, name := range []string{
		"backsight_oldest_unfinished_series_seconds", "backsight_queue_age_seconds", "backsight_recording_overdue_seconds", "backsight_plans_unfinished",
		`backsight_series{state="unfinished"}`, `backsight_repositories{state="ok"}`, "backsight_repositories_struck", "backsight_search_shards_unserved",
	} {
		require.Equal(t, "0", empty[name], name)
	}

	_, err := b.store.Repositories.Add(t.Context(), "acme/ok", "/srv/ok", true)
	require.NoError(t, err)
	bad, err := b.store.Repositories.Add(t.Context(), "acme/bad", "/srv/bad", true)
	require.NoError(t, err)
	require.NoError(t, b.store.Repositories.RecordSync(t.Context(), bad.ID, store.SyncResult{At: time.Now(), Err: "gone"}))
	due := time.Now().Add(-time.Hour)
	grid := insights.NewGrid(due.AddDate(0, 0, -1), insights.Interval{Unit: insights.Day, Value: 1}, 2)
	view, err := b.store.Views.Create(t.Context(), insights.View{Title: "x", Series: []insights.ViewSeries{{Series: insights.Series{Query: "TODO", Method: insights.Search, Grid: grid}}}})
	require.NoError(t, err)
	series := view.Series[0].Series
	_, err = b.store.Plans.Begin(t.Context(), store.PlanRequest{SeriesID: series.ID, Kind: insights.BackfillPlan, Times: series.Grid.Frames()})
	require.NoError(t, err)

	// A recording can leave the plan of a snapshot open until the next snapshot. It does not count.
	_, err = b.store.Plans.Begin(t.Context(), store.PlanRequest{SeriesID: series.ID, Kind: insights.SnapshotPlan, Times: []time.Time{time.Now()}})
	require.NoError(t, err)
	require.NoError(t, b.store.Quarantine.AddStrike(t.Context(), series.ID, bad.ID, "the worker died"))
	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingShards, "3"))
	b.workflows.set(func(f *fakeWorkflows) { f.served = 1 })
	full := b.scrape()
	require.Equal(t, "1", full["backsight_plans_unfinished"])
	require.Equal(t, "1", full["backsight_repositories_struck"])
	require.Equal(t, "2", full["backsight_search_shards_unserved"])
	require.Equal(t, "1", full["backsight_series_unstarted"])
	require.Equal(t, "1", full[`backsight_series{state="unfinished"}`])
	require.Equal(t, "1", full[`backsight_repositories{state="ok"}`])
	require.Equal(t, "1", full[`backsight_repositories{state="failing"}`])
	require.NotEqual(t, "0", full["backsight_queue_age_seconds"])
	require.NotEqual(t, "0", full["backsight_oldest_unfinished_series_seconds"])
	require.Regexp(t, `^36\d\d`, full["backsight_recording_overdue_seconds"], "an hour")

	b.store.Close()
	down := b.scrape()
	require.Equal(t, "0", down["backsight_database_up"])
	require.NotContains(t, down, "backsight_queue_age_seconds", "an unknown value is absent, not zero")
}
