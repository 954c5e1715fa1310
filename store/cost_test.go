package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// The estimated cost of a repository depends on its size and on the number of commits to search.
// Further frames at the same commit cost nothing.
func TestCostFollowsSizeAndCommits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := viewSeries("TODO", insights.Search)
	view, err := b.Views.Create(b.ctx, insights.View{Title: "x", Series: []insights.ViewSeries{series}})
	require.NoError(t, err)
	id := view.Series[0].ID
	frames := view.Series[0].Grid.Frames()
	costs := map[string]int64{}
	for _, r := range []struct {
		name      string
		mebibytes int64
		busy      bool // a commit before each frame, not only before the oldest
	}{{"small, at rest", 1, false}, {"small, busy", 1, true}, {"large, at rest", 5000, false}, {"large, busy", 5000, true}} {
		repository, err := b.Repositories.Add(b.ctx, r.name, "/srv/"+r.name, true)
		require.NoError(t, err)
		require.NoError(t, b.Repositories.RecordSync(b.ctx, repository.ID, store.SyncResult{At: time.Now(), SizeBytes: r.mebibytes << 20}))
		var commits []store.IndexedCommit
		for i := len(frames) - 1; i >= 0; i-- { // oldest first
			if r.busy || i == len(frames)-1 {
				commits = append(commits, store.IndexedCommit{Commit: fmt.Sprintf("%040x", 1000*repository.ID+int64(i)), Time: frames[i].Add(-time.Hour)})
			}
		}
		require.NoError(t, b.Commits.Replace(b.ctx, repository.ID, 0, commits, time.Now()))
	}
	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: id, Kind: insights.BackfillPlan, Times: frames})
	require.NoError(t, err)
	for done := false; !done; {
		_, done, err = b.Plans.WriteSlice(b.ctx, id, plan, store.ScopeFilter{}, 100, true)
		require.NoError(t, err)
	}
	work, _, err := b.Plans.Page(b.ctx, id, plan, 0, store.PageLimit{Repositories: 100})
	require.NoError(t, err)
	for _, w := range work {
		costs[w.Name] = w.Cost()
	}
	n := int64(len(frames))
	require.Greater(t, n, int64(1))
	require.Equal(t, map[string]int64{"small, at rest": 1 + 1, "small, busy": n + 1, "large, at rest": 1 + 5000, "large, busy": n + 5000}, costs)
}
