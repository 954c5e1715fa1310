package activities_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// commits returns the commits of the ledger, newest time first.
func (b *testBundle) commits(series insights.Series) (list []string) {
	for _, s := range b.samples(series) {
		list = append(list, s.Commit)
	}
	return list
}

// A sample stores the commit at which it was counted, so its value can be checked after the branch
// was rewritten. Afterwards a recording and a retry of everything count at the new commit and store
// it.
func TestSamplesKeepTheirCommitsWhenHistoryIsRewritten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	git := growing(t)
	r := b.synced(b.local("r", git))
	series := b.series("TODO")
	b.backfill(series)
	old := []string{git.Git(t, "rev-parse", "main"), git.Git(t, "rev-parse", "main~1"), git.Git(t, "rev-parse", "main~2")}
	require.Equal(t, old, b.commits(series))

	for k := -2; k <= 0; k++ { // the same months, with ten more matches in each
		parents := []int(nil)
		if k == -2 {
			parents = testgit.Root
		}
		git.Import(t, "main", false, testgit.Commit{Parents: parents, Time: shortlyBefore(k), Changes: []testgit.Change{{Path: "a.go", Content: strings.Repeat("TODO\n", k+13)}}})
	}
	rewritten := []string{git.Git(t, "rev-parse", "main"), git.Git(t, "rev-parse", "main~1"), git.Git(t, "rev-parse", "main~2")}
	r = b.synced(r)
	b.requireIndexed(r, git)
	require.Equal(t, old, b.commits(series), "counted samples stay as they are")
	require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(series)["r"])

	due := series.Grid.Time(0).Add(10 * time.Minute)
	recording, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{due}})
	require.NoError(t, err)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, recording.Plan))
	require.NoError(t, err)
	require.Equal(t, append([]string{rewritten[0]}, old...), b.commits(series))
	require.Equal(t, []string{"counted 13", "counted 3", "counted 2", "counted 1"}, b.outcomes(series)["r"])

	retry, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Everything()})
	require.NoError(t, err)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, retry.Plan))
	require.NoError(t, err)
	require.Equal(t, append([]string{rewritten[0]}, rewritten...), b.commits(series))
	var values []float64
	for _, s := range b.samples(series) {
		values = append(values, s.Value)
	}
	require.Equal(t, []float64{13, 13, 12, 11}, values)
}
