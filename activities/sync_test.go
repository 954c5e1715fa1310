package activities_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
)

func (b *testBundle) synced(r store.Repository) store.Repository {
	b.t.Helper()
	_, err := call[struct{}](b, b.sync.Repository, r.ID)
	require.NoError(b.t, err)
	after, err := b.store.Repositories.Get(b.t.Context(), r.ID)
	require.NoError(b.t, err)
	return after
}

// requireIndexed asserts that the commit index equals the first-parent history of main, as git
// lists it.
func (b *testBundle) requireIndexed(r store.Repository, git *testgit.Repo) {
	b.t.Helper()
	repo, err := gitrepo.Open(b.t.Context(), git.Dir)
	require.NoError(b.t, err)
	tip, err := repo.Resolve(b.t.Context(), "main")
	require.NoError(b.t, err)
	commits, err := repo.FirstParents(b.t.Context(), tip, "")
	require.NoError(b.t, err)
	index, err := b.store.Commits.Tip(b.t.Context(), r.ID)
	require.NoError(b.t, err)
	require.Len(b.t, index, len(commits))
	for i, c := range commits {
		require.Equal(b.t, string(c.ID), index[i].Commit)
		require.Equal(b.t, c.Time, index[i].Time)
		require.Equal(b.t, len(commits)-1-i, index[i].Seq)
	}
}

func TestIndexFollowsHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	git := growing(t)
	r := b.local("r", git)
	before := time.Now().Add(-time.Second)
	r = b.synced(r)
	b.requireIndexed(r, git)
	require.True(t, r.IndexedAt.After(before))
	require.Equal(t, git.Git(t, "rev-parse", "main"), r.Head)
	require.NotZero(t, r.SizeBytes)

	// Nothing new; then new commits; then a merge.
	b.requireIndexed(b.synced(r), git)
	git.Commit(t, shortlyBefore(0).Add(time.Minute), map[string]string{"b": "1"})
	b.requireIndexed(b.synced(r), git)
	git.Import(t, "side", false, testgit.Commit{Parents: testgit.Root, Time: shortlyBefore(-1), Changes: []testgit.Change{{Path: "c", Content: "1"}}})
	merge := git.Git(t, "commit-tree", "main^{tree}", "-p", "main", "-p", "side", "-m", "merge")
	git.Git(t, "update-ref", "refs/heads/main", merge)
	b.requireIndexed(b.synced(r), git)

	// History is rewritten: the last two commits differ; then it is shorter; then it is a different
	// one.
	git.Git(t, "update-ref", "refs/heads/main", "main~3")
	git.Commit(t, shortlyBefore(-1).Add(time.Minute), map[string]string{"d": "1"})
	b.requireIndexed(b.synced(r), git)
	git.Git(t, "update-ref", "refs/heads/main", "main~1")
	b.requireIndexed(b.synced(r), git)
	git.Git(t, "update-ref", "refs/heads/main", "side")
	b.requireIndexed(b.synced(r), git)
}

// Commit dates that are negative, overflow or are no numbers are stored as gitrepo reads them.
func TestIndexOfUnusualCommitDates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	git := testgit.New(t)
	tree := git.RawObject(t, "tree", "")
	var parents []string
	for _, date := range []string{"1000 +0000", "-3600 +0100", "99999999999999999999999 +0000", "yesterday", "9223372036854775807 +0000", "1095379200"} {
		parents = []string{git.RawCommit(t, tree, parents, "author A <a@b> 1 +0000\ncommitter C <c@d> "+date+"\n", "m\n")}
	}
	git.Git(t, "update-ref", "refs/heads/main", parents[0])
	r := b.synced(b.local("r", git))
	require.Empty(t, r.Error)
	b.requireIndexed(r, git)
	index, err := b.store.Commits.Tip(t.Context(), r.ID)
	require.NoError(t, err)
	require.Equal(t, gitrepo.LatestTime, index[1].Time)
}

func TestSyncRecordsAFailureAndItsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	git := growing(t)
	r := b.local("r", git)
	git.NameNoBranch(t)
	broken := b.synced(r)
	require.Contains(t, broken.Error, "HEAD points to a branch")
	require.NotNil(t, broken.ErrorAt)
	git.Git(t, "symbolic-ref", "HEAD", "refs/heads/two")
	repaired := b.synced(r)
	require.Empty(t, repaired.Error)
	require.NotNil(t, repaired.FetchedAt)
}

func TestSyncOfAnEmptyRepository(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.synced(b.local("empty", testgit.New(t)))
	require.Empty(t, r.Error)
	require.Empty(t, r.Head)
	require.NotNil(t, r.IndexedAt)
}

func TestSyncFetchesMirrors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	git := growing(t)
	r := b.remote("mirror", "file://"+git.Dir)
	b.requireIndexed(b.synced(r), git)
	git.Commit(t, shortlyBefore(0).Add(time.Minute), map[string]string{"b": "1"})
	b.requireIndexed(b.synced(r), git)
}

func TestListPagesById(t *testing.T) {
	t.Parallel()
	b := setup(t)
	z, a := b.local("z", growing(t)), b.local("a", growing(t))
	far := b.remote("far", "https://example.com/far.git")
	all, err := call[activities.ListResult](b, b.sync.List, int64(0))
	require.NoError(t, err)
	require.Equal(t, activities.ListResult{IDs: []int64{far.ID}, Batches: [][]int64{{z.ID, a.ID}}, Next: far.ID, Last: true, Shards: 1}, all)
	rest, err := call[activities.ListResult](b, b.sync.List, z.ID)
	require.NoError(t, err)
	require.Equal(t, [][]int64{{a.ID}}, rest.Batches)
	_, err = call[struct{}](b, b.sync.Repository, int64(999))
	require.NoError(t, err, "the repository was removed meanwhile")
}

// Local repositories that one activity reads belong to one shard. Repositories of a shard that no
// worker serves are left out.
func TestListSeparatesShards(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const shards = 2
	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingShards, "2"))
	require.NoError(t, b.store.Settings.Set(t.Context(), store.SettingSyncWindow, "3"))
	served := map[int64]bool{}
	for i := range 40 {
		r, err := b.store.Repositories.Add(t.Context(), fmt.Sprint(i), filepath.Join(t.TempDir(), "a.git"), i%8 != 0)
		require.NoError(t, err)
		served[r.ID] = insights.ShardOf(r.ID, shards) == 1
	}
	for _, idle := range [][]int{nil, {0}} {
		b.sync.Idle = func(context.Context, int) ([]int, error) { return idle, nil }
		page, err := call[activities.ListResult](b, b.sync.List, int64(0))
		require.NoError(t, err)
		require.Equal(t, shards, page.Shards)
		require.Equal(t, 3, page.Window)
		require.True(t, page.Last)
		listed := 0
		for _, batch := range append(page.Batches, page.IDs) {
			listed += len(batch)
			for _, id := range batch {
				require.True(t, idle == nil || served[id])
			}
		}
		for _, batch := range page.Batches {
			for _, id := range batch {
				require.Equal(t, insights.ShardOf(batch[0], shards), insights.ShardOf(id, shards))
			}
		}
		want := 0
		for _, is := range served {
			if idle == nil || is {
				want++
			}
		}
		require.Equal(t, want, listed)
	}
	one, err := call[activities.ListResult](b, b.sync.One, int64(7))
	require.NoError(t, err)
	require.Equal(t, activities.ListResult{IDs: []int64{7}, Last: true, Shards: shards}, one)
}

// If a repository is removed while a plan refreshes it, only that repository fails.
func TestRefreshOfARemovedRepositoryFailsOnlyThatRepository(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.local("r", growing(t))
	require.NoError(t, b.store.Repositories.Remove(t.Context(), "r"))
	r.ID = 4711 // as if its row were deleted
	_, err := b.mirrors.Refresh(t.Context(), r)
	require.ErrorContains(t, err, "does not exist")
	require.NotNil(t, engine.AsFailure(err))
}

// A sync reads each repository once, whatever the number of pages.
func TestListReadsEachRepositoryOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	config, err := pgxpool.ParseConfig(testdb.NewURL(t))
	require.NoError(t, err)
	config.MaxConns = 1 // so that the statistics are those of this connection
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	b.sync.Store = store.New(pool)
	const repositories = 4100
	list := make([]store.NewRepository, repositories)
	for i := range list {
		list[i] = store.NewRepository{Names: []string{fmt.Sprint("r", repositories-i)}, Location: fmt.Sprint("https://example.com/", i)}
	}
	require.NoError(t, b.sync.Store.Repositories.AddMany(t.Context(), list))
	_, err = pool.Exec(t.Context(), `ANALYZE`)
	require.NoError(t, err)
	read := func() (rows int) {
		_, err := pool.Exec(t.Context(), `SELECT pg_stat_force_next_flush()`)
		require.NoError(t, err)
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'repositories'`).Scan(&rows))
		return rows
	}
	before, pages := read(), 0
	listed := map[int64]bool{}
	for after, last := int64(0), false; !last; pages++ {
		page, err := call[activities.ListResult](b, b.sync.List, after)
		require.NoError(t, err)
		for _, id := range page.IDs {
			listed[id] = true
		}
		after, last = page.Next, page.Last
	}
	require.Len(t, listed, repositories)
	require.Equal(t, 11, pages)
	require.LessOrEqual(t, read()-before, 2*repositories)
}
