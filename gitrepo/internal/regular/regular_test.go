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

// A text is found wherever it is, also across the border of two pieces.
func TestContains(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	const piece = 64 << 10
	text := []byte("needle")
	for _, size := range []int{0, 5, 6, piece - 1, piece, piece + 1, piece + 6, 2*piece + 12, 3 * piece} {
		for _, at := range []int{-1, 0, size/2 - 3, piece - 3, piece, piece + 3, 2*piece - 1, size - 6} {
			content := bytes.Repeat([]byte("n"), size)
			if at >= 0 && at+len(text) <= size {
				copy(content[at:], text)
			}
			require.NoError(t, os.WriteFile(path, content, 0o600))
			got, err := regular.Contains(path, text)
			require.NoError(t, err)
			require.Equal(t, bytes.Contains(content, text), got, "%d bytes, text at %d", size, at)
		}
	}
	_, err := regular.Contains(filepath.Dir(path), text)
	require.ErrorIs(t, err, regular.ErrNot)
}
