package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// git runs git in dir, without the configuration of the machine and the user, and returns its
// standard output.
func git(t *testing.T, dir string, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "safe.directory=*"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C")
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	// git grep exits 1 when nothing matches.
	if err != nil && !(args[0] == "grep" && cmd.ProcessState.ExitCode() == 1 && stderr.Len() == 0) {
		require.NoError(t, err, "git %v: %s", args, stderr.String())
	}
	return string(out)
}

// writeRepositories creates n bare repositories in a new directory. Each has a history of the last
// 14 months, in which files are added and changed and TODOs come and go. The random seeds are
// fixed.
func writeRepositories(t *testing.T, n, commits int) string {
	t.Helper()
	root := openDir(t)
	for i := range n {
		writeRepository(t, filepath.Join(root, fmt.Sprintf("acme/service-%03d.git", i)), rand.New(rand.NewPCG(7, uint64(i))), commits)
	}
	return root
}

func writeRepository(t *testing.T, dir string, random *rand.Rand, commits int) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	git(t, dir, nil, "init", "--quiet", "--bare", "--initial-branch=main")
	var stream bytes.Buffer
	// No commit is within half an hour of a time of a grid whose anchor is now, so two insights
	// that are created within this time have equal samples.
	whole := time.Now().Add(30 * time.Minute)
	when := time.Now().AddDate(0, -14, 0)
	step := time.Since(when) / time.Duration(commits+1)
	for c := range commits {
		when = when.Add(step/2 + time.Duration(random.Int64N(int64(step/2))))
		at := whole.Add(-whole.Sub(when).Round(time.Hour))
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nc\n", at.Unix())
		for range 1 + random.IntN(3) {
			path := fmt.Sprintf("dir%d/file%d.go", random.IntN(4), random.IntN(12))
			var content strings.Builder
			for line := range random.IntN(60) {
				word := []string{"// TODO fix this", "x := 1", "todo()", "TODO TODO", "// done"}[random.IntN(5)]
				fmt.Fprintf(&content, "%s %d %d\n", word, line, c)
			}
			fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", path, content.Len(), content.String())
		}
		if random.IntN(5) == 0 {
			fmt.Fprintf(&stream, "M 100644 inline blob.bin\ndata 6\nTODO\x00x\n")
		}
	}
	git(t, dir, stream.Bytes(), "fast-import", "--quiet")
}

// missingBlobRepository creates a repository like those of writeRepositories, and removes the blob
// of one file of the newest tree. It returns the id of the blob.
func missingBlobRepository(t *testing.T, dir string) string {
	t.Helper()
	writeRepository(t, dir, rand.New(rand.NewPCG(8, 8)), 20)
	blob := strings.Fields(git(t, dir, nil, "ls-tree", "-r", "HEAD", "dir0"))[2]
	packs, err := filepath.Glob(filepath.Join(dir, "objects/pack/*"))
	require.NoError(t, err)
	aside := openDir(t)
	for _, pack := range packs {
		require.NoError(t, os.Rename(pack, filepath.Join(aside, filepath.Base(pack))))
	}
	packs, err = filepath.Glob(filepath.Join(aside, "*.pack"))
	require.NoError(t, err)
	for _, pack := range packs {
		text, err := os.ReadFile(pack)
		require.NoError(t, err)
		git(t, dir, text, "unpack-objects", "-q")
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "objects", blob[:2], blob[2:])))
	return blob
}

// truth returns what git finds in a repository at a time: the commit, and the number of TODOs in
// its text files.
func truth(t *testing.T, dir string, at time.Time) (commit string, count int) {
	t.Helper()
	commit = strings.TrimSpace(git(t, dir, nil, "rev-list", "-1", "--first-parent", "--before="+at.UTC().Format(time.RFC3339), "HEAD"))
	if commit == "" {
		return "", 0
	}
	return commit, strings.Count(git(t, dir, nil, "grep", "-I", "-o", "-F", "TODO", commit), "\n")
}
