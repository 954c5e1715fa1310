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
	// Its only samples are at the base, which both histories contain.
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

	retry, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: insights.Everything()})
	require.NoError(t, err)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, retry.Plan))
	require.NoError(t, err)
	_, err = call[activities.CompleteResult](b, b.plans.Complete, activities.CompleteInput{SeriesID: series.ID, Plan: retry.Plan})
	require.NoError(t, err)
	require.Equal(t, []string{git.Git(t, "rev-parse", "mine"), git.Git(t, "rev-parse", "mine~1")}, b.commits(series))
	require.Equal(t, []string{"counted 2", "counted 1"}, b.outcomes(series)["r"])
	require.Empty(t, b.notices(series))
}
