package e2e

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// requireEqual requires that each sample has the same commit, outcome and value as in the
// undisturbed run. The disturbed insight was created later, so its k-th time is compared with the
// k-th time of the undisturbed one. writeRepositories makes no commit between the two times.
func (c *chaos) requireEqual(want, got []sample) {
	require.Len(c.t, got, len(want))
	want = atTimesOf(got, want)
	key := func(s sample) string { return s.Repository + " " + s.Time.Format(time.RFC3339) }
	index := func(list []sample) map[string]sample {
		all := map[string]sample{}
		for _, s := range list {
			s.Series, s.Label, s.Reason = "", "", ""
			all[key(s)] = s
		}
		return all
	}
	damaged, wanted, found := 0, index(want), index(got)
	for _, s := range got {
		if c.mirror == "" || s.Repository != c.mirror || s.Outcome != "partial" && s.Outcome != "failed" {
			continue
		}
		require.NotEmpty(c.t, s.Reason, "%+v", s)
		damaged++
		delete(wanted, key(s))
		delete(found, key(s))
	}
	require.Equal(c.t, c.mirror != "", damaged > 0, "samples of the damaged mirror are partial or failed")
	require.Empty(c.t, cmp.Diff(wanted, found))
	// Both runs could be wrong, so some values are compared with git.
	var some []sample
	for i, s := range got {
		if s.Repository != c.mirror && i%17 == 0 {
			some = append(some, s)
		}
	}
	requireTruth(c.t, c.repos, some, "")
}

// atTimesOf returns the samples with their times replaced: their k-th time becomes the k-th time of
// the other samples.
func atTimesOf(other, samples []sample) []sample {
	times := func(samples []sample) (all []time.Time) {
		for _, s := range samples {
			all = append(all, s.Time)
		}
		slices.SortFunc(all, time.Time.Compare)
		return slices.CompactFunc(all, time.Time.Equal)
	}
	from, to := times(samples), times(other)
	moved := slices.Clone(samples)
	for i, s := range moved {
		k, _ := slices.BinarySearchFunc(from, s.Time, time.Time.Compare)
		moved[i].Time = to[k]
	}
	return moved
}

// requireEnded requires that the workflow reports the same tally as the ledger, and that only the
// workflows of sleeping series run.
func (c *chaos) requireEnded(end tally) {
	c.until("a sleeping series that agrees with the ledger", func() error {
		ledger, workflow, err := c.completeness(c.view.ID)
		if err == nil && (workflow == nil || *workflow != ledger || ledger != end) {
			err = fmt.Errorf("the ledger has %+v, the workflow %+v, the last poll %+v", ledger, workflow, end)
		}
		state, _, stateErr := c.state()
		if err == nil && stateErr == nil && state != "SLEEPING" {
			err = fmt.Errorf("the series is %s", state)
		}
		if err == nil {
			err = stateErr
		}
		return err
	})
	var views struct {
		InsightViews struct {
			Nodes []struct{ DataSeries []struct{ SeriesID string } }
		}
	}
	require.NoError(c.t, c.graphql(`{ insightViews(first: 10) { nodes { dataSeries { seriesId } } } }`, nil, &views))
	var sleeping []string
	for _, view := range views.InsightViews.Nodes {
		for _, series := range view.DataSeries {
			sleeping = append(sleeping, "series/"+series.SeriesID)
		}
	}
	require.Len(c.t, sleeping, 2)
	slices.Sort(sleeping)
	// Temporal's visibility lags by a moment, and a sync may be running.
	c.until("only sleeping series are left", func() error {
		running, err := c.runningWorkflows()
		if err == nil && !slices.Equal(sleeping, running) {
			err = fmt.Errorf("running: %v; expected: %v", running, sleeping)
		}
		return err
	})
}

// requireChart requires that the chart equals the sums of the samples. A point that was written
// twice would count twice.
func (c *chaos) requireChart(got []sample) {
	sums, chart := map[time.Time]float64{}, map[time.Time]float64{}
	for _, s := range got {
		sums[s.Time] += 0 // the chart also has times without a known value
		if s.Value != nil {
			sums[s.Time] += *s.Value
		}
	}
	for _, p := range c.points(c.t, c.view.ID) {
		chart[p.Time] = p.Value
	}
	require.Len(c.t, slices.Collect(maps.Keys(sums)), 12)
	require.Empty(c.t, cmp.Diff(sums, chart))
}
