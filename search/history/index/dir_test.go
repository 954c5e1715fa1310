package index

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
)

// oneRepo returns a repository with one commit.
func oneRepo(t *testing.T) (*testgit.Repo, *gitrepo.Repo, gitrepo.OID) {
	t.Helper()
	repo := testgit.New(t)
	tip := gitrepo.OID(repo.Commit(t, testgit.Epoch, map[string]string{"a": "some text\n"}))
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	return repo, r, tip
}

func TestDir_EvictsTheLeastRecentlyUsedAndRebuildsAfterASearch(t *testing.T) {
	t.Parallel()
	_, r, tip := oneRepo(t)
	stats, err := Update(t.Context(), r, tip, filepath.Join(t.TempDir(), "x.idx"))
	require.NoError(t, err)
	d := Dir{Path: filepath.Join(t.TempDir(), "indexes"), MaxBytes: 2*stats.Size + 1}

	update := func(name string) bool {
		_, done, err := d.Update(t.Context(), r, name, tip)
		require.NoError(t, err)
		return done
	}
	used := func(name string, when int) {
		at := testgit.Epoch.Add(time.Duration(when) * time.Hour)
		require.NoError(t, os.Chtimes(d.file(name), at, at))
	}
	there := func(name string) bool {
		_, err := os.Stat(d.file(name))
		return err == nil
	}
	require.True(t, update("a"))
	require.True(t, update("b"))
	used("a", 2)
	used("b", 1)
	require.True(t, update("c"), "there is room yet")
	require.False(t, there("b"), "a was used after b")
	require.True(t, there("a"))
	require.True(t, there("c"))

	d.MaxBytes = 2 * stats.Size
	require.False(t, update("b"), "there is no room, and nobody asked for it")
	require.False(t, there("b"))
	_, err = d.Open("b")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.True(t, update("b"), "a search asked for it")
	require.True(t, there("b"))
	require.False(t, there("a"))
	x, err := d.Open("b")
	require.NoError(t, err)
	x.Close()
	require.NoError(t, os.Remove(d.file("b")))
	require.True(t, update("b"), "there is room")

	require.NoError(t, d.Delete("b"))
	require.NoError(t, d.Delete("b"), "twice is no error")
	require.False(t, there("b"))
}

func TestDir_ExtendingDoesNotCountAsUse(t *testing.T) {
	t.Parallel()
	repo, r, tip := oneRepo(t)
	d := Dir{Path: t.TempDir()}
	_, done, err := d.Update(t.Context(), r, "a", tip)
	require.NoError(t, err)
	require.True(t, done)
	require.NoError(t, os.Chtimes(d.file("a"), testgit.Epoch, testgit.Epoch))
	next := gitrepo.OID(repo.Commit(t, testgit.Epoch.Add(time.Hour), map[string]string{"a": "other text\n"}))
	stats, _, err := d.Update(t.Context(), r, "a", next)
	require.NoError(t, err)
	require.Equal(t, 1, stats.NewCommits)
	info, err := os.Stat(d.file("a"))
	require.NoError(t, err)
	require.True(t, info.ModTime().Equal(testgit.Epoch), "%s", info.ModTime())
	x, err := d.Open("a")
	require.NoError(t, err)
	require.Equal(t, next, x.Tip())
	x.Close()
	info, err = os.Stat(d.file("a"))
	require.NoError(t, err)
	require.True(t, info.ModTime().After(testgit.Epoch), "opening is")
}

func TestDir_RemovesFilesLeftByACrash(t *testing.T) {
	t.Parallel()
	d := Dir{Path: t.TempDir(), MaxBytes: 1}
	old, young := filepath.Join(d.Path, "a.idx.tmp-1"), filepath.Join(d.Path, "a.idx.tmp-2")
	for _, path := range []string{old, young} {
		require.NoError(t, os.WriteFile(path, []byte("half"), 0o644))
	}
	at := time.Now().Add(-2 * abandonedAfter)
	require.NoError(t, os.Chtimes(old, at, at))
	_, err := d.Evict()
	require.NoError(t, err)
	require.NoFileExists(t, old)
	require.FileExists(t, young, "it may be being written")
}
