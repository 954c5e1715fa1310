package activities_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

// syncedTogether syncs local repositories in one activity.
func (b *testBundle) syncedTogether(list ...store.Repository) {
	b.t.Helper()
	var ids []int64
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	_, err := call[struct{}](b, b.sync.Repositories, ids)
	require.NoError(b.t, err)
}

func (b *testBundle) listed() activities.ListResult {
	b.t.Helper()
	page, err := call[activities.ListResult](b, b.sync.List, int64(0))
	require.NoError(b.t, err)
	return page
}

func (b *testBundle) again(r store.Repository) store.Repository {
	b.t.Helper()
	r, err := b.store.Repositories.Get(b.t.Context(), r.ID)
	require.NoError(b.t, err)
	return r
}

// Syncing repositories together gives the same result as syncing them one by one, whatever state
// they are in.
func TestSyncTogetherEqualsSyncOneByOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unborn, shallow, gone, packed, side := growing(t), growing(t), growing(t), growing(t), growing(t)
	unborn.Git(t, "symbolic-ref", "HEAD", "refs/heads/nowhere")
	shallow.Git(t, "fetch", "-q", "--depth=1", "--update-shallow", "file://"+growing(t).Dir, "main:cut")
	other := testgit.New(t)
	other.Import(t, "main", true, testgit.Commit{Message: "one"}, testgit.Commit{Message: "two"})
	side.Git(t, "fetch", "-q", "--depth=1", "--update-shallow", "file://"+other.Dir, "main:cut")
	gone.Git(t, "config", "core.bare", "maybe")
	packed.Repack(t)
	var one, together []store.Repository
	for name, git := range map[string]*testgit.Repo{"plain": growing(t), "packed": packed, "empty": testgit.New(t), "unborn": unborn, "shallow": shallow, "shallow in another branch": side, "gone": gone, "sha256": testgit.NewSHA256(t)} {
		one = append(one, b.synced(b.local(name+" alone", git)))
		require.NoError(t, b.store.Repositories.Remove(t.Context(), name+" alone"))
		together = append(together, b.local(name, git))
	}
	b.syncedTogether(together...)
	for i, r := range together {
		r, alone := b.again(r), one[i]
		require.Equal(t, alone.Error, r.Error, r.Name)
		require.Equal(t, []any{alone.DefaultBranch, alone.Head, alone.SizeBytes, alone.IndexedAt == nil, alone.FetchedAt == nil},
			[]any{r.DefaultBranch, r.Head, r.SizeBytes, r.IndexedAt == nil, r.FetchedAt == nil}, r.Name)
		want, err := b.store.Commits.Tip(t.Context(), alone.ID)
		require.NoError(t, err)
		got, err := b.store.Commits.Tip(t.Context(), r.ID)
		require.NoError(t, err)
		require.Equal(t, want, got, r.Name)
		switch r.Name {
		case "shallow":
			require.Empty(t, got)
		case "shallow in another branch":
			require.NotEmpty(t, got)
		}
	}
}

// A sync stores what people should know about a repository, and finds out when that has changed.
func TestSyncStoresNotices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, sync := range map[string]func(store.Repository){"alone": func(r store.Repository) { b.synced(r) }, "together": func(r store.Repository) { b.syncedTogether(r) }} {
		clone := &testgit.Repo{Dir: filepath.Join(t.TempDir(), "clone", ".git")}
		origin := growing(t)
		origin.Git(t, "clone", "-q", origin.Dir, filepath.Dir(clone.Dir))
		clone.Git(t, "update-ref", "refs/remotes/origin/main", "main~1")
		grafts := filepath.Join(clone.Dir, "info", "grafts")
		require.NoError(t, os.MkdirAll(filepath.Dir(grafts), 0o700))
		require.NoError(t, os.WriteFile(grafts, []byte(clone.Git(t, "rev-parse", "main")+"\n"), 0o600))
		r := b.local(name, clone)
		sync(r)
		require.Equal(t, []string{
			"refs/remotes/origin/main is searched, because origin/HEAD names it; the checked-out branch refs/heads/main is 1 commit ahead of it",
			"the repository has grafts (info/grafts), which are not applied: the history is counted as it was pushed",
		}, b.again(r).Notices)

		require.NoError(t, os.Remove(grafts))
		clone.Git(t, "update-ref", "refs/heads/main", "main~1")
		page := b.listed()
		require.Len(t, page.Batches, 1, "the branch of the remote has not changed")
		sync(b.again(r))
		require.Empty(t, b.again(r).Notices)
		require.Empty(t, b.listed().Batches)
	}
}

// A sync of a repository that has not changed needs no process and no activity of its own, and its
// commit index is as complete as after any sync.
func TestSyncSkipsUnchangedRepositories(t *testing.T) {
	b := setup(t)
	var list []store.Repository
	for i := range 5 {
		list = append(list, b.local(fmt.Sprint("r", i), growing(t)))
	}
	grown, moved := growing(t), growing(t)
	list = append(list, b.local("grown", grown), b.local("moved", moved))
	b.syncedTogether(list...)
	grown.Commit(t, shortlyBefore(0).Add(time.Minute), map[string]string{"b": "1"})
	moved.Git(t, "branch", "-m", "main", "trunk")
	moved.Git(t, "symbolic-ref", "HEAD", "refs/heads/trunk")
	for _, r := range list[:3] { // as if the last sync had been long ago
		require.NoError(t, b.store.Commits.Replace(t.Context(), r.ID, 3, nil, time.Now().Add(-2*time.Hour)))
	}
	before := time.Now()
	t.Setenv("PATH", t.TempDir()) // git cannot be found
	require.Equal(t, activities.ListResult{Batches: [][]int64{{list[5].ID, list[6].ID}}, Unchanged: 5, Next: list[6].ID, Last: true, Shards: 1}, b.listed())
	for _, r := range list[:3] {
		require.WithinRange(t, *b.again(r).IndexedAt, before.Truncate(time.Microsecond), time.Now())
	}
	for _, r := range list[3:5] {
		require.True(t, b.again(r).IndexedAt.Before(before), "a sync that was recorded a moment ago is not recorded again")
	}
	b.syncedTogether(list[5:]...)
	require.Equal(t, activities.ListResult{Unchanged: 7, Next: list[6].ID, Last: true, Shards: 1}, b.listed())
	require.Equal(t, "refs/heads/trunk", b.again(list[6]).DefaultBranch)
}

// The plan alone settles a recording of repositories that have not changed, without a process.
func TestPlanOfUnchangedRepositoriesNeedsNoSearch(t *testing.T) {
	b := setup(t)
	list := []store.Repository{b.local("a", growing(t)), b.local("b", growing(t))}
	series := b.series("TODO")
	tally := b.backfill(series)
	require.EqualValues(t, 6, tally.Counted)
	due := series.Grid.Time(0).Add(10 * time.Minute)
	for _, r := range list { // as if the last sync had been before due
		require.NoError(t, b.store.Commits.Replace(t.Context(), r.ID, 3, nil, due.Add(-time.Minute)))
	}
	t.Setenv("PATH", t.TempDir())
	begun, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{due}})
	require.NoError(t, err)
	require.Equal(t, insights.Completeness{Planned: 8, Counted: 6, Reused: 2}, begun.Tally)
}
