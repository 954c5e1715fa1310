package servecmd

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
)

func TestRegisterBelow(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{"one/acme/api", "one/acme/web.git", "two/acme/api", "three"} {
		git := exec.Command("git", "init", "-q", filepath.Join(root, name))
		git.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
		out, err := git.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	s := store.New(testdb.New(t))
	names := func() []string {
		list, err := s.Repositories.List(t.Context(), store.RepositoryFilter{})
		require.NoError(t, err)
		var names []string
		for _, r := range list {
			require.True(t, r.Local)
			names = append(names, r.Name)
		}
		return names
	}
	roots := []string{filepath.Join(root, "one"), filepath.Join(root, "two"), filepath.Join(root, "three")}
	for range 2 { // a second start changes nothing
		n, err := registerBelow(t.Context(), s, roots, prober{anywhere: true}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.Equal(t, 4, n)
		require.Equal(t, []string{"acme/api", "acme/web.git", "three", "two/acme/api"}, names())
	}
	link := filepath.Join(root, "link")
	require.NoError(t, os.Symlink(roots[2], link))
	_, err := registerBelow(t.Context(), s, []string{link}, prober{anywhere: true}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Len(t, names(), 4, "the link leads to a repository that is registered already")

	data, err := newProber(true, nil, roots[0])
	require.NoError(t, err)
	n, err := registerBelow(t.Context(), s, roots, data, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, 2, n, "mirrors in the data directory are not registered")

	_, err = registerBelow(t.Context(), s, []string{filepath.Join(root, "gone")}, prober{anywhere: true}, slog.New(slog.DiscardHandler))
	require.Equal(t, insights.Invalid, insights.ErrorCode(err))
}

// A folder whose name cannot be stored, or is blank, neither stops the scan nor is left out.
func TestRegisterBelow_FoldersWithOddNames(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	content := map[string]string{"a\xff\xfe/api": "invalid", "a%FF%FE/api": "percent", " ": "blank", "\t/\n": "control", "z?#&%\xe9.git": "both", "ordinary": "ordinary"}
	for name, text := range content {
		testgit.Init(t, filepath.Join(root, name), "sha1").Commit(t, testgit.Epoch, map[string]string{"a": text})
	}
	s := store.New(testdb.New(t))
	for range 2 { // a second start changes nothing
		n, err := registerBelow(t.Context(), s, []string{root}, prober{anywhere: true}, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		require.Equal(t, len(content), n)
	}
	list, err := s.Repositories.List(t.Context(), store.RepositoryFilter{})
	require.NoError(t, err)
	found := map[string]string{} // the content of each repository, as a worker reads it
	for _, r := range list {
		dir := r.Location
		if !r.Local {
			dir = filepath.Join(t.TempDir(), "mirror.git")
			_, err := gitrepo.CloneMirror(t.Context(), r.Location, dir)
			require.NoError(t, err)
		}
		found[r.Name] = (&testgit.Repo{Dir: dir}).Git(t, "cat-file", "blob", "main:a")
	}
	base := filepath.Base(root)
	require.Equal(t, map[string]string{
		"a%FF%FE/api": "percent", base + "/a%FF%FE/api": "invalid", "%20": "blank", "\t/\n": "control", "z%3F%23&%25%E9.git": "both", "ordinary": "ordinary",
	}, found)
}

func TestNewRepository(t *testing.T) {
	t.Parallel()
	require.Equal(t, store.NewRepository{Names: []string{"café", "src/café", "/src/café"}, Location: "/src/café", Local: true}, newRepository("/src", "/src/café"))
	require.Equal(t, store.NewRepository{
		Names: []string{"caf%E9", "src/caf%E9", "/src/caf%E9"}, Location: "file:///src/caf%E9",
	}, newRepository("/src", "/src/caf\xe9"), "the database only stores UTF-8")
}

func TestNamesBelow(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"acme/api.git", "src/acme/api.git", "/home/ann/src/acme/api.git"}, namesBelow("/home/ann/src", "/home/ann/src/acme/api.git"))
	require.Equal(t, []string{"api", "/home/ann/api"}, namesBelow("/home/ann/api", "/home/ann/api"))
}
