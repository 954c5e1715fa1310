package index

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/match"
)

func TestUpdate_AHistoryWithADamagedTreeHasNoIndex(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testgit.Repo, testgit.TB, string){
		"missing": (*testgit.Repo).RemoveObject, "corrupt": (*testgit.Repo).CorruptObject,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo, r, tip := oneRepo(t)
			path := filepath.Join(t.TempDir(), "x.idx")
			_, err := Update(t.Context(), r, tip, path)
			require.NoError(t, err)
			next := gitrepo.OID(repo.Commit(t, testgit.Epoch.Add(time.Hour), map[string]string{"d/a": "text"}))
			tree := repo.ObjectAt(t, "main:d")
			spoil(repo, t, tree)
			_, err = Update(t.Context(), r, next, path)
			require.ErrorIs(t, err, ErrUnfit)
			require.ErrorContains(t, err, tree)
			require.NoFileExists(t, path)
		})
	}
}

func TestUpdate_AHistoryWithAMalformedTreeHasNoIndex(t *testing.T) {
	t.Parallel()
	for name, entries := range map[string][]string{
		"out of order": {"100644 b", "100644 a"},
		"twice":        {"100644 a", "100644 a"},
		"slash":        {"100644 a/b"},
		"folder order": {"40000 a", "100644 a.b"}, // a/ sorts after a.b
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo, r, _ := oneRepo(t)
			id, ok := gitrepo.HashOf(gitrepo.OID(repo.ObjectAt(t, "main:a")))
			require.True(t, ok)
			var content strings.Builder
			for _, e := range entries {
				content.WriteString(e + "\x00" + string(id[:20]))
			}
			file := filepath.Join(t.TempDir(), "tree")
			require.NoError(t, os.WriteFile(file, []byte(content.String()), 0o644))
			tree := repo.Git(t, "hash-object", "-w", "--literally", "-t", "tree", file)
			commit := repo.Git(t, "commit-tree", "-m", "x", tree)
			_, err := Update(t.Context(), r, gitrepo.OID(commit), filepath.Join(t.TempDir(), "x.idx"))
			require.ErrorIs(t, err, ErrUnfit)
			require.ErrorContains(t, err, "malformed")
		})
	}
}

func TestUpdate_KeepsTheFileWhenItIsInterrupted(t *testing.T) {
	t.Parallel()
	repo, r, tip := oneRepo(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "x.idx")
	_, err := Update(t.Context(), r, tip, path)
	require.NoError(t, err)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	next := gitrepo.OID(repo.Commit(t, testgit.Epoch.Add(time.Hour), map[string]string{"b": "text"}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Update(ctx, r, next, path)
	require.ErrorIs(t, err, context.Canceled)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing half written is left")
}

func TestOpen_AnOpenIndexIsNotAffectedByAReplacement(t *testing.T) {
	t.Parallel()
	repo, r, tip := oneRepo(t)
	path := filepath.Join(t.TempDir(), "x.idx")
	_, err := Update(t.Context(), r, tip, path)
	require.NoError(t, err)
	x, err := Open(path)
	require.NoError(t, err)
	defer x.Close()
	next := gitrepo.OID(repo.Commit(t, testgit.Epoch.Add(time.Hour), map[string]string{"a": "other"}))
	_, err = Update(t.Context(), r, next, path)
	require.NoError(t, err)
	require.Equal(t, tip, x.Tip())
	require.Equal(t, trees(t, repo, []string{string(tip)}), lived(t, x))
	require.NoError(t, x.Discard())
	require.FileExists(t, path, "the file is another one by now")
}

func TestOpen_RefusesAnotherVersion(t *testing.T) {
	t.Parallel()
	_, r, tip := oneRepo(t)
	path := filepath.Join(t.TempDir(), "x.idx")
	_, err := Update(t.Context(), r, tip, path)
	require.NoError(t, err)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(magic)-1]++
	require.NoError(t, os.WriteFile(path, data, 0o644))
	_, err = Open(path)
	require.ErrorIs(t, err, ErrDamaged)
	stats, err := Update(t.Context(), r, tip, path)
	require.NoError(t, err)
	require.True(t, stats.Rebuilt)
}

func TestCandidates_AlwaysIncludeBlobsThatAreNotIndexed(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	noise := make([]byte, 1<<20)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(noise) // cannot fail
	for i, b := range noise {
		noise[i] = max(b, 1) // not binary
	}
	tip := gitrepo.OID(repo.Commit(t, testgit.Epoch, map[string]string{
		"binary": "\x00needle", "gone": "needle too", "hay": "hay", "large": strings.Repeat("hay ", 5000), "needle": "a needle", "noise": string(noise),
	}))
	repo.RemoveObject(t, repo.ObjectAt(t, "main:gone"))
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.idx")
	stats, err := Update(t.Context(), r, tip, path)
	require.NoError(t, err)
	require.Less(t, stats.Size, int64(4096), "noise has no trigrams")
	x, err := Open(path)
	require.NoError(t, err)
	defer x.Close()
	needle := match.Requirement{Kind: match.RequireText, Text: "needle"}
	candidates := func(limit int64) (names []string) {
		set, all, ok, err := x.Candidates(needle, limit)
		require.NoError(t, err)
		require.True(t, ok)
		require.False(t, all)
		paths, err := x.Paths()
		require.NoError(t, err)
		require.NoError(t, x.EachLifetime(func(l Lifetime) {
			if name, err := paths.Name(l.Path); set.Has(l.Blob) {
				require.NoError(t, err)
				names = append(names, name)
			}
		}))
		return names
	}
	require.Equal(t, []string{"gone", "needle", "noise"}, candidates(gitrepo.DefaultMaxSize))
	require.Equal(t, []string{"gone", "large", "needle", "noise"}, candidates(largeSize), "a search must report that the file is too large")
	_, _, ok, err := x.Candidates(needle, largeSize-1)
	require.NoError(t, err)
	require.False(t, ok, "sizes this small are not known")
}

func TestUpdate_KeepsTheNumberOfLayersSmall(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	path := filepath.Join(t.TempDir(), "x.idx")
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	var commits []testgit.Commit
	for i := range 40 {
		commits = append(commits, testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: strings.Repeat("text ", i+1)}}})
	}
	most := 0
	for _, id := range repo.Import(t, "main", true, commits...) {
		stats, err := Update(t.Context(), r, gitrepo.OID(id), path)
		require.NoError(t, err)
		require.Equal(t, 1, stats.NewBlobs)
		x, err := Open(path)
		require.NoError(t, err)
		most = max(most, len(x.layers))
		x.Close()
	}
	require.Greater(t, most, 1)
	require.LessOrEqual(t, most, 4)
}

func TestUpdate_RebuildsTheIndexOfAShallowCloneThatWasDeepened(t *testing.T) {
	t.Parallel()
	origin := testgit.New(t)
	var ids []string
	for _, text := range []string{"one\n", "two\n", "three\n"} {
		ids = append(ids, origin.Commit(t, testgit.Epoch, map[string]string{"a": text}))
	}
	dir := filepath.Join(t.TempDir(), "clone.git")
	origin.Git(t, "clone", "--quiet", "--bare", "--depth=1", "file://"+origin.Dir, dir)
	path := filepath.Join(t.TempDir(), "x.idx")
	update := func(tip string) Stats {
		r, err := gitrepo.Open(t.Context(), dir)
		require.NoError(t, err)
		stats, err := Update(t.Context(), r, gitrepo.OID(tip), path)
		require.NoError(t, err)
		return stats
	}
	knows := func(commits ...string) bool {
		x, err := Open(path)
		require.NoError(t, err)
		defer x.Close()
		var all []gitrepo.OID
		for _, id := range commits {
			all = append(all, gitrepo.OID(id))
		}
		_, ok := x.Positions(all)
		return ok
	}

	require.Equal(t, 1, update(ids[2]).Commits)
	require.False(t, update(ids[2]).Rebuilt, "nothing has changed")
	origin.Git(t, "--git-dir="+dir, "fetch", "--quiet", "--depth=2", "file://"+origin.Dir, "main")
	require.True(t, update(ids[2]).Rebuilt)
	require.True(t, knows(ids[1:]...))
	require.False(t, knows(ids[0]))

	// The clone is deepened, and gets a new commit at the same time.
	ids = append(ids, origin.Commit(t, testgit.Epoch, map[string]string{"a": "four\n"}))
	origin.Git(t, "--git-dir="+dir, "fetch", "--quiet", "--unshallow", "file://"+origin.Dir, "main")
	stats := update(ids[3])
	require.True(t, stats.Rebuilt)
	require.Equal(t, 4, stats.Commits)
	require.True(t, knows(ids...))
	x, err := Open(path)
	require.NoError(t, err)
	defer x.Close()
	require.False(t, x.Cut(), "the history begins there")
}
