package gitrepo

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// This test is not parallel because it changes PATH.
func TestObjects_ReadRestartsAKilledGitOnce(t *testing.T) {
	real, err := exec.LookPath("git")
	require.NoError(t, err)
	repo := testgit.New(t)
	ids := versions(t, repo, 10)
	// Only git reads packs with an index of version 1.
	repo.Git(t, "-c", "pack.indexVersion=1", "repack", "-a", "-d", "-f", "-q")
	r := open(t, repo.Dir)
	truth, _ := read(t, r, ReadOptions{}, ids...)

	// This git prints a part of the output of cat-file and is then killed, once for each line of
	// the file "kills".
	bin := t.TempDir()
	kills := filepath.Join(bin, "kills")
	script := "#!/bin/sh\ncase \"$*\" in *cat-file*)\n" +
		"if [ -s " + kills + " ]; then sed -i 1d " + kills + "; " + real + " \"$@\" | head -c 20000; kill -9 $$; fi;;\nesac\nexec " + real + " \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))

	require.NoError(t, os.WriteFile(kills, []byte("once\n"), 0o644))
	got, stats := read(t, r, ReadOptions{}, ids...)
	require.Equal(t, truth, got)
	require.Equal(t, int64(2), stats.Processes.Load())

	require.NoError(t, os.WriteFile(kills, []byte("once\ntwice\n"), 0o644))
	objects, err := r.Objects()
	require.NoError(t, err)
	defer objects.Close()
	hashes := make([]Hash, len(ids))
	for i, id := range ids {
		hashes[i], _ = HashOf(OID(id))
	}
	err = objects.Read(t.Context(), hashes, ReadOptions{Workers: 1}, func(_, i int, object *Object) error {
		require.Equal(t, truth[ids[i]], string(object.Data))
		return nil
	})
	require.ErrorContains(t, err, "signal")
}
