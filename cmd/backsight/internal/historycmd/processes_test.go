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

// A user may have tens of thousands of small repositories, and starting a git process takes as long
// as a search of one. The test counts git processes. It is not parallel, because it changes PATH.
func TestRun_AMirrorIsSearchedWithoutAProcess(t *testing.T) {
	origin, _ := testRepo(t)
	dir := filepath.Join(t.TempDir(), "mirror.git")
	mirror, err := gitrepo.CloneMirror(t.Context(), "file://"+origin.Dir, dir)
	require.NoError(t, err)
	origin.Commit(t, time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a.go": "TODO TODO"})
	require.NoError(t, mirror.Fetch(t.Context()))
	o := options{Repositories: []string{dir}, Query: "TODO", JSON: true}
	started := countGit(t)

	out, code, err := run(t, o)
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, 5.0, decode(t, out)[0]["value"], "the newest commit was not searched")
	require.Empty(t, started(), "cold")

	o.Indexes = t.TempDir()
	for _, name := range []string{"with a new index", "with an existing index"} {
		again, _, err := run(t, o)
		require.NoError(t, err)
		require.Equal(t, out, again)
		require.Empty(t, started(), name)
	}
}

// countGit replaces git by a script that records its arguments and fails. It returns a function
// that lists the calls.
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
