package historycmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
)

// There may be tens of thousands of small repositories, so what each costs is counted here: git processes, because each of them takes as long
// as searching it. Not parallel: it changes PATH.
func TestRun_AMirrorIsSearchedWithoutAProcess(t *testing.T) {
	origin, _ := testRepo(t)
	dir := filepath.Join(t.TempDir(), "mirror.git")
	mirror, err := gitrepo.CloneMirror(t.Context(), "file://"+origin.Dir, dir)
	require.NoError(t, err)
	origin.Commit(t, time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a.go": "TODO TODO"})
	require.NoError(t, mirror.Fetch(t.Context()))
	options := Options{Repositories: []string{dir}, Query: "TODO", JSON: true}
	started := countGit(t)

	out, code, err := run(t, options)
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, 5.0, decode(t, out)[0]["value"], "the commit that was fetched last")
	require.Empty(t, started(), "cold")

	options.Indexes = t.TempDir()
	for _, name := range []string{"with an index that is made", "with an index that is there"} {
		again, _, err := run(t, options)
		require.NoError(t, err)
		require.Equal(t, out, again)
		require.Empty(t, started(), name)
	}
}

// countGit puts something in the place of git that notes how it is called, and returns the function that lists the calls.
func countGit(t *testing.T) func() []string {
	t.Helper()
	dir := t.TempDir()
	note := filepath.Join(dir, "calls")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "git"), []byte("#!/bin/sh\necho \"$*\" >> '"+note+"'\nexit 127\n"), 0o755))
	t.Setenv("PATH", dir)
	return func() []string {
		text, err := os.ReadFile(note)
		if os.IsNotExist(err) {
			return nil
		}
		require.NoError(t, err)
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
}
