package activities_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// A mirror is only replaced if git says that it is not a repository: an error of another kind can
// happen to an undamaged mirror. This test is not parallel because it changes PATH.
func TestOnlyADamagedMirrorIsClonedAgain(t *testing.T) {
	b := setup(t)
	// git, and not only this program, has to read a repository with SHA-256 ids to open it.
	origin := testgit.NewSHA256(t)
	origin.Commit(t, testgit.Epoch, map[string]string{"a": "TODO\n"})
	r := b.synced(b.remote("mirror", "file://"+origin.Dir))
	mirror := filepath.Join(b.dataDir, strconv.FormatInt(r.ID, 10)+".git")
	renamed := func() []string {
		aside, err := filepath.Glob(mirror + ".broken-*")
		require.NoError(t, err)
		return aside
	}

	ended, end := context.WithCancel(t.Context())
	end()
	for range 20 { // some of the calls end before they open the mirror
		_, err := b.mirrors.Refresh(ended, r)
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Empty(t, renamed())

	real, err := exec.LookPath("git")
	require.NoError(t, err)
	bin := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in *rev-parse*is-bare*) kill -9 $$;; esac\nexec " + real + " \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755))
	path := os.Getenv("PATH")
	t.Setenv("PATH", bin+":"+path)
	_, err = b.mirrors.Refresh(t.Context(), r)
	require.ErrorContains(t, err, "signal: killed")
	require.NotEqual(t, insights.NotFound, insights.ErrorCode(err))
	require.Empty(t, renamed())
	t.Setenv("PATH", path)
	_, err = b.mirrors.Refresh(t.Context(), r)
	require.NoError(t, err)
	require.Empty(t, renamed())

	// as after a power cut
	require.NoError(t, os.WriteFile(filepath.Join(mirror, "config"), make([]byte, 100), 0o600))
	_, err = b.mirrors.Refresh(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, renamed(), 1)
}
