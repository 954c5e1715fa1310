package activities_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// A sync that finds a damaged ref fails, and leaves the commit index and the samples as they are:
// the repository is not without commits.
func TestDamagedRefsKeepTheCommitIndex(t *testing.T) {
	t.Parallel()
	for name, damaged := range map[string]string{"empty": "", "NUL bytes": strings.Repeat("\x00", 41)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			git := growing(t)
			mirrored := growing(t)
			r, m := b.synced(b.local("r", git)), b.synced(b.remote("m", "file://"+mirrored.Dir))
			head := r.Head
			damage := func(dir string) {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "refs/heads/main"), []byte(damaged), 0o644))
			}
			damage(git.Dir)
			damage(filepath.Join(b.dataDir, fmt.Sprint(m.ID)+".git"))
			mirrored.Commit(t, shortlyBefore(0), map[string]string{"b.go": "TODO"})

			r = b.synced(r)
			require.Contains(t, r.Error, "warning: ignoring broken ref refs/heads/main")
			require.Equal(t, head, r.Head)
			_, err := call[struct{}](b, b.sync.Repositories, []int64{r.ID})
			require.NoError(t, err)
			index, err := b.store.Commits.Tip(t.Context(), r.ID)
			require.NoError(t, err)
			require.Len(t, index, 3)
			b.synced(m)
			index, err = b.store.Commits.Tip(t.Context(), m.ID)
			require.NoError(t, err)
			require.GreaterOrEqual(t, len(index), 3)

			series := b.series("TODO")
			b.backfill(series)
			require.Equal(t, []string{"counted 3", "counted 2", "counted 1"}, b.outcomes(series)["r"])

			// The samples of a repository that is read for the first time do not become absent
			// either.
			first := testgit.New(t)
			first.Commit(t, shortlyBefore(-1), map[string]string{"a.go": "TODO"})
			damage(first.Dir)
			f := b.local("f", first)
			_, err = call[struct{}](b, b.sync.Repositories, []int64{f.ID})
			require.NoError(t, err)
			other := b.series("TODO case:yes")
			b.backfill(other)
			require.Equal(t, []string{"failed: unreadable repository", "failed: unreadable repository", "failed: unreadable repository"}, b.outcomes(other)["f"])

			require.NoError(t, os.WriteFile(filepath.Join(git.Dir, "refs/heads/main"), []byte(head+"\n"), 0o644))
			r = b.synced(r)
			require.Empty(t, r.Error)
			b.requireIndexed(r, git)
		})
	}
}

// A commit far back is missing. A repository that is read for the first time gets no commit index,
// and its samples at older times fail. One that was indexed before keeps its index, which grows.
func TestBrokenHistoriesFailOnlyOlderTimes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	known, fresh := growing(t), growing(t)
	k := b.synced(b.local("known", known))
	for _, git := range []*testgit.Repo{known, fresh} {
		git.RemoveObject(t, git.ObjectAt(t, "main~1"))
		git.Commit(t, shortlyBefore(0).Add(time.Minute), map[string]string{"b.go": "TODO\n"})
	}
	f := b.local("fresh", fresh)
	_, err := call[struct{}](b, b.sync.Repositories, []int64{k.ID, f.ID})
	require.NoError(t, err)
	k, f = b.synced(k), b.synced(f)
	require.Empty(t, k.Error)
	require.Empty(t, f.Error)
	require.Nil(t, f.IndexedAt)
	index, err := b.store.Commits.Tip(t.Context(), k.ID)
	require.NoError(t, err)
	require.Len(t, index, 4)

	series, commits := b.series("TODO"), b.series("type:commit author:ann")
	b.backfill(series)
	b.backfill(commits)
	const failed = "failed: unreadable repository"
	require.Equal(t, []string{"counted 4", failed, failed}, b.outcomes(series)["fresh"])
	require.Equal(t, []string{"partial 2: missing object", failed, failed}, b.outcomes(commits)["fresh"])
	require.Equal(t, []string{"counted 4", "partial 0: missing object", "counted 1"}, b.outcomes(series)["known"], "a commit that cannot be read has no value")
}
