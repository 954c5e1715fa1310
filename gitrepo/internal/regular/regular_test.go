package regular_test

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

func TestReadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, content := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte("0123456789"), 100_000)} {
		path := filepath.Join(dir, "file")
		require.NoError(t, os.WriteFile(path, content, 0o600))
		got, err := regular.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(content, got))
	}
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("file", link))
	_, err := regular.ReadFile(link)
	require.NoError(t, err)
	_, err = regular.ReadFile(filepath.Join(dir, "nothing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	// The size of this file is 0, but it has content.
	_, err = os.Stat("/proc/self/stat")
	if err == nil {
		got, err := regular.ReadFile("/proc/self/stat")
		require.NoError(t, err)
		require.NotEmpty(t, got)
	}
}

// Without the check, the reads of the pipe and of the link to it would never return.
func TestOtherFilesAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink("pipe", link))
	for _, path := range []string{pipe, link, dir, os.DevNull} {
		_, err := regular.ReadFile(path)
		require.ErrorIs(t, err, regular.ErrNot, path)
	}
}
