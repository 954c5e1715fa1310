package activities_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
)

func (b *testBundle) planned(in activities.BeginInput) activities.BeginResult {
	b.t.Helper()
	begun, err := call[activities.BeginResult](b, b.plans.Begin, in)
	require.NoError(b.t, err)
	require.NoError(b.t, begun.Tally.Check())
	again, err := call[activities.BeginResult](b, b.plans.Begin, in)
	require.NoError(b.t, err)
	require.Equal(b.t, begun, again, "a plan is written once")
	return begun
}

func TestRetryOfFailedSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	damaged := growing(t)
	damaged.Unpack(t)
	object := damaged.ObjectAt(t, "main~1:a.go")
	content, err := os.ReadFile(damaged.ObjectPath(object))
	require.NoError(t, err)
	damaged.RemoveObject(t, object)
	b.local("damaged", damaged)
	lost := growing(t)
	b.local("lost", lost)
	moved := lost.Dir + ".moved"
	require.NoError(t, os.Rename(lost.Dir, moved))
	series := b.series("TODO")
	b.backfill(series)
	before := b.outcomes(series)
	require.Equal(t, map[string][]string{
		"damaged": {"counted 3", "partial 0: missing object", "counted 1"},
		"lost":    {"failed: repository not found", "failed: repository not found", "failed: repository not found"},
	}, before)

	retry := activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan}
	begun := b.planned(retry)
	require.Equal(t, insights.Completeness{Planned: 6, Counted: 2, Pending: 4}, begun.Tally)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, before, b.outcomes(series), "nothing was repaired")
	_, err = call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: begun.Plan})
	require.NoError(t, err)

	require.NoError(t, os.Rename(moved, lost.Dir))
	require.NoError(t, os.WriteFile(damaged.ObjectPath(object), content, 0o444))
	begun = b.planned(retry)
	tally, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 4, Counted: 4}, tally)
	require.Equal(t, map[string][]string{"damaged": {"counted 3", "counted 2", "counted 1"}, "lost": {"counted 3", "counted 2", "counted 1"}}, b.outcomes(series))
	_, err = call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: begun.Plan})
	require.NoError(t, err)

	begun = b.planned(retry)
	require.Equal(t, activities.BeginResult{Tally: insights.Completeness{Planned: 6, Counted: 6}}, begun, "without samples to retry there is no plan")
}

func TestCancelledPlanIsComplete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("r", growing(t))
	series := b.series("TODO")
	begun := b.begin(series)
	in := activities.CancelInput{SeriesID: series.ID, Plan: begun.Plan, Reason: "cancelled by ann"}
	for range 2 {
		tally, err := call[insights.Completeness](b, b.plans.Cancel, in)
		require.NoError(t, err)
		require.Equal(t, insights.Completeness{Planned: 3, Failed: 3}, tally)
	}
	completed, err := call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: begun.Plan})
	require.NoError(t, err)
	require.False(t, completed.Left)
	require.Equal(t, []string{"failed: cancelled", "failed: cancelled", "failed: cancelled"}, b.outcomes(series)["r"])

	_, err = call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Selection{Repository: "("}})
	requireCode(t, err, insights.Invalid, false)
	_, err = call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.ExtensionPlan, Points: 2, Times: grid.Frames()})
	requireCode(t, err, insights.Conflict, false)
}
