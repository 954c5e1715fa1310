package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRepositoryThatKillsItsWorker has a repository whose search kills the worker every time: its
// git kills the calling process when it is asked for an object that the repository lacks. The
// repository must be quarantined after it has killed three workers, and all others must be counted.
// A retry with a working git must release the repository from quarantine.
func TestRepositoryThatKillsItsWorker(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	require.NoError(t, err)
	root := writeRepositories(t, 6, 10)
	const poisoned = "acme/poisoned.git"
	missingBlobRepository(t, filepath.Join(root, poisoned))
	dir := openDir(t)
	bin, armed, deaths := filepath.Join(dir, "bin"), filepath.Join(dir, "armed"), filepath.Join(dir, "deaths")
	require.NoError(t, os.Mkdir(bin, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "git"), []byte(`#!/bin/sh
case "$*" in
*`+poisoned+`*cat-file*)
	if [ -e '`+armed+`' ]; then
		echo died >> '`+deaths+`'
		kill -9 $PPID
		exit 1
	fi ;;
esac
exec '`+git+`' "$@"
`), 0o755))
	require.NoError(t, os.WriteFile(armed, nil, 0o644))
	s := newStackIn(t, root, dir)
	s.env = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")}
	s.start(t)
	// Building a history index would read the object too, and would kill the worker once.
	_, exit := s.run(t, "settings", "set", "backsight.index.budget", "0")
	require.Zero(t, exit)

	created, exit := s.create(t, "--title", "TODOs", "--query", "TODO case:yes", "--every", "1month", "--points", "12", "--wait")
	require.Equal(t, 1, exit, "some samples failed")
	samples := s.samples(t, created.ID)
	require.Len(t, samples, 7*12)
	for _, sample := range samples {
		if sample.Repository == poisoned && sample.Outcome != "absent" {
			require.Equal(t, "failed", sample.Outcome)
			require.Contains(t, sample.Reason, "3 times in a row, the last time because the worker crashed")
			continue
		}
		require.Contains(t, []string{"counted", "reused", "absent"}, sample.Outcome, "%+v", sample)
	}
	text, err := os.ReadFile(deaths)
	require.NoError(t, err)
	require.Equal(t, "died\ndied\ndied\n", string(text), "exactly three attempts")

	require.NoError(t, os.Remove(armed))
	_, exit = s.run(t, "series", "retry", created.ID)
	require.Zero(t, exit)
	require.Eventually(t, func() bool {
		for _, sample := range s.samples(t, created.ID) {
			if sample.Outcome == "failed" || sample.Outcome == "pending" {
				return false
			}
		}
		return true
	}, time.Minute, 200*time.Millisecond)
}
