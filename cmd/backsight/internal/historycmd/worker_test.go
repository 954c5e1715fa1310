package historycmd

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

// The worker and `backsight history` give each sample of a damaged repository the same commit,
// outcome, code and reason.
func TestRun_SaysWhatTheWorkerSays(t *testing.T) {
	t.Parallel()
	grid := insights.Grid{Anchor: now.UTC().Truncate(time.Second), Interval: insights.Interval{Unit: insights.Month, Value: 1}, Points: 8}
	dirs := []string{"/not/there"}
	for _, damage := range []func(*testgit.Repo){
		func(*testgit.Repo) {},
		func(r *testgit.Repo) { r.RemoveObject(t, r.ObjectAt(t, "main:b.go")) },
		func(r *testgit.Repo) { r.RemoveObject(t, r.ObjectAt(t, "main~2^{tree}")) },
		func(r *testgit.Repo) { r.RemoveObject(t, r.ObjectAt(t, "main~3")) },
		func(r *testgit.Repo) { r.NameNoBranch(t) },
		func(r *testgit.Repo) { r.Git(t, "symbolic-ref", "HEAD", "refs/heads/nowhere") },
	} {
		repo, _ := testRepo(t)
		repo.Unpack(t)
		damage(repo)
		dirs = append(dirs, repo.Dir)
	}
	origin, _ := testRepo(t)
	shallow := testgit.New(t)
	shallow.Git(t, "fetch", "-q", "--depth=2", "file://"+origin.Dir, "main:main")
	dirs = append(dirs, shallow.Dir)
	db := store.New(testdb.New(t))
	for _, dir := range dirs {
		_, err := db.Repositories.Add(t.Context(), dir, dir, true)
		require.NoError(t, err)
	}
	for _, query := range []string{"TODO", "TODO count:2", "TODO timeout:1ns", "type:diff TODO"} {
		codes := map[any]bool{}
		byHand := map[string]string{}
		out, _, err := run(t, options{Repositories: dirs, Query: query, Points: new(grid.Points), JSON: true})
		require.NoError(t, err)
		for _, line := range decode(t, out) {
			codes[line["code"]] = true
			byHand[fmt.Sprint(line["repository"], " ", line["time"])] = fmt.Sprint(text(line["commit"]), line["outcome"], text(line["code"]), text(line["reason"]))
		}
		byWorker := map[string]string{}
		for _, s := range backfill(t, db, query, grid) {
			byWorker[s.Repository+" "+s.Time.UTC().Format(time.RFC3339)] = fmt.Sprint(s.Commit, s.Outcome, string(s.Code), s.Reason)
		}
		require.Len(t, byWorker, len(dirs)*grid.Points)
		require.Equal(t, byHand, byWorker, query)
		require.Greater(t, len(codes), 3, "the repositories fail in several ways")
	}
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// backfill has the worker's activities compute a series and returns its samples.
func backfill(t *testing.T, db *store.Store, query string, grid insights.Grid) []store.LedgerSample {
	t.Helper()
	mirrors := &activities.Mirrors{Store: db, Dir: t.TempDir()}
	plans := &activities.Plans{Store: db, Mirrors: mirrors}
	search := &activities.Search{Store: db, Mirrors: mirrors, Limits: activities.NewLimits()}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(time.Minute)
	env.RegisterActivity(plans)
	env.RegisterActivity(search)

	series := insights.Series{Query: query, Method: insights.Search, Grid: grid}
	view, err := db.Views.Create(t.Context(), insights.View{Title: "test", Series: []insights.ViewSeries{{Series: series}}})
	require.NoError(t, err)
	id := view.Series[0].ID
	begun, err := env.ExecuteActivity(plans.Begin, activities.BeginInput{SeriesID: id, Kind: insights.BackfillPlan, Times: grid.Frames()})
	require.NoError(t, err)
	var plan activities.BeginResult
	require.NoError(t, begun.Get(&plan))
	_, err = env.ExecuteActivity(search.Samples, activities.Range{SeriesID: id, Plan: plan.Plan, From: 1, Through: 1 << 30})
	require.NoError(t, err)
	samples, err := db.Samples.List(t.Context(), store.SampleFilter{SeriesID: id})
	require.NoError(t, err)
	return samples
}
