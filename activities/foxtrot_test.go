package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// notices returns the texts of the series' notices.
func (b *testBundle) notices(series insights.Series) (texts []string) {
	b.t.Helper()
	list, err := b.store.Notices.List(b.t.Context(), series.ID)
	require.NoError(b.t, err)
	for _, n := range list {
		texts = append(texts, n.Text())
	}
	return texts
}

// retryAll computes all samples of the series again.
func (b *testBundle) retryAll(series insights.Series) {
	b.t.Helper()
	retry, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Everything()})
	require.NoError(b.t, err)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, retry.Plan))
	require.NoError(b.t, err)
	_, err = call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: retry.Plan})
	require.NoError(b.t, err)
}

// A push without force can change the first parents of the past: it merges the remote's branch into
// a local one, so that the local commits come first ("foxtrot merge"). Samples whose commits are on
// the new history but are no longer the commits as of their times get the notice, too.
func TestAFoxtrotMergeRewritesHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	git := testgit.New(t)
	change := func(text string) []testgit.Change { return []testgit.Change{{Path: text, Content: "TODO\n"}} }
	git.Import(t, "main", false,
		testgit.Commit{Time: shortlyBefore(-2), Changes: change("base")},
		testgit.Commit{Time: grid.Time(-1).Add(2 * time.Minute), Changes: change("theirs")},
	)
	r := b.synced(b.local("r", git))
	// The only samples of this series are at the base, which both histories contain.
	series := b.series("TODO", func(s *insights.Series) { s.Grid.Anchor, s.Grid.Points = grid.Time(-1), 2 })
	b.backfill(series)
	b.completed(series)
	base := git.Git(t, "rev-parse", "main~1")
	require.Equal(t, []string{base, base}, b.commits(series))

	git.Git(t, "update-ref", "refs/heads/mine", "main~1")
	git.Import(t, "mine", false, testgit.Commit{Time: shortlyBefore(-1), Changes: change("mine")})
	merge := git.Git(t, "commit-tree", "mine^{tree}", "-p", "mine", "-p", "main", "-m", "Merge branch 'main' of origin")
	require.Equal(t, merge, git.Git(t, "rev-list", "-1", merge, "^main"), "a fast-forward")
	git.Git(t, "update-ref", "refs/heads/main", merge)
	r = b.synced(r)
	b.requireIndexed(r, git)
	require.NotNil(t, r.RewrittenAt)
	require.Equal(t, []string{"history rewritten"}, b.notices(series))

	b.retryAll(series)
	require.Equal(t, []string{git.Git(t, "rev-parse", "mine"), git.Git(t, "rev-parse", "mine~1")}, b.commits(series))
	require.Equal(t, []string{"counted 2", "counted 1"}, b.outcomes(series)["r"])
	require.Empty(t, b.notices(series))
}

// A commit that is pushed later than its date, onto the tip, changes samples of the time between.
func TestALatePushRewritesHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	git := testgit.New(t)
	push := func(k int, text string) {
		git.Import(t, "main", false, testgit.Commit{Time: shortlyBefore(k), Changes: []testgit.Change{{Path: text, Content: "TODO\n"}}})
	}
	push(-2, "one")
	r := b.synced(b.local("r", git))
	series := b.series("TODO", func(s *insights.Series) { s.Grid.Anchor, s.Grid.Points = grid.Time(0), 3 })
	b.backfill(series)
	b.completed(series)
	require.Equal(t, []string{"counted 1", "reused 1", "reused 1"}, b.outcomes(series)["r"])

	push(-1, "two") // dated before the last two samples
	r = b.synced(r)
	b.requireIndexed(r, git)
	require.NotNil(t, r.RewrittenAt)
	require.Equal(t, []string{"history rewritten"}, b.notices(series))
	require.Equal(t, []string{"counted 1", "reused 1", "reused 1"}, b.outcomes(series)["r"], "people decide when values change")
	b.retryAll(series)
	for i, k := range []int{0, -1, -2} {
		asOf := git.Git(t, "rev-list", "-1", "--first-parent", "--before="+series.Grid.Time(k).Format(time.RFC3339), "main")
		require.Equal(t, asOf, b.commits(series)[i])
	}
	require.Empty(t, b.notices(series))
}
