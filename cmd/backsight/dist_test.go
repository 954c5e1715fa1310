package main

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// The archive of a release, built for this machine, contains a static binary that runs. `make dist`
// builds the other archives in the same way.
func TestDist(t *testing.T) {
	t.Parallel()
	dist := t.TempDir()
	name := fmt.Sprintf("backsight-1.2.3-%s-%s", runtime.GOOS, runtime.GOARCH)
	archives := exec.Command("make", "dist/archives", "DIST="+dist, "VERSION=1.2.3", "PLATFORMS="+runtime.GOOS+"/"+runtime.GOARCH)
	archives.Dir = "../.."
	out, err := archives.CombinedOutput()
	require.NoError(t, err, "%s", out)

	archive, err := os.ReadFile(filepath.Join(dist, name+".tar.gz"))
	require.NoError(t, err)
	sums, err := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%x  %s.tar.gz\n", sha256.Sum256(archive), name), string(sums))
	out, err = exec.Command("tar", "-C", dist, "-xzf", filepath.Join(dist, name+".tar.gz")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	folder := filepath.Join(dist, name)
	require.FileExists(t, filepath.Join(folder, "README.md"))
	binary := filepath.Join(folder, "backsight")
	if runtime.GOOS == "linux" {
		file, err := elf.Open(binary)
		require.NoError(t, err)
		defer file.Close()
		libraries, err := file.ImportedLibraries()
		require.NoError(t, err)
		require.Empty(t, libraries, "the binary is not static")
		require.Nil(t, file.Section(".interp"), "the binary is not static")
	}
	content, err := os.ReadFile(binary)
	require.NoError(t, err)
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	require.False(t, bytes.Contains(content, []byte(root+"/cmd")), "the binary contains paths of this machine")
	page, err := os.ReadFile("../../web/dist/index.html")
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("the page is not built, so it cannot be in the binary: make web")
	} else {
		require.NoError(t, err)
		require.True(t, bytes.Contains(content, page), "the page is not in the binary")
	}

	runBinary := func(args ...string) string {
		out, err := exec.Command(binary, args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	require.Regexp(t, `^backsight 1\.2\.3 \(commit [0-9a-f]{12}( with changes)?, \d{4}-\d\d-\d\d\)\n$`, runBinary("--version"))
	repo := testgit.New(t)
	repo.Commit(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a.go": "// TODO: one\n// TODO: two\n"})
	require.Contains(t, runBinary("history", "-q", "TODO", "--at", "2026-02-01", "--json", repo.Dir), `"outcome":"counted","value":2}`)
}
