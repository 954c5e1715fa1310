package gitrepo

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

func TestFileURL_GitReadsIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "caf\xe9 100%?#")
	repo := testgit.Init(t, dir, "sha1")
	id := repo.Commit(t, testgit.Epoch, map[string]string{"a": "text"})
	url := FileURL(dir)
	require.Contains(t, url, "caf%E9%20100%25%3F%23")
	require.NoError(t, CheckURL(url))
	mirror, err := CloneMirror(t.Context(), url, filepath.Join(t.TempDir(), "mirror.git"))
	require.NoError(t, err)
	_, tip, err := mirror.DefaultBranch(t.Context())
	require.NoError(t, err)
	require.Equal(t, OID(id), tip)
}

func TestHost(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://Example.com/a.git":        "https://example.com",
		"https://ann:secret@example.com/a": "https://example.com",
		"http://example.com:8080/a":        "http://example.com:8080",
		"ssh://git@example.com:22/a":       "ssh://example.com:22",
		"git://example.com/a":              "git://example.com",
		"git@example.com:org/a.git":        "ssh://example.com",
		"example.com:a":                    "ssh://example.com",
		"file:///srv/a":                    "",
		"/srv/a:b.git":                     "",
		"https://example.com:port/a":       "",
	} {
		require.Equal(t, want, Host(url), url)
	}
}

// unusedAddress returns an address at which nothing listens.
func unusedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func TestUnreachable_TellsAnUnreachableHostFromOneThatRefuses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "1.git")
	address := unusedAddress(t)
	for _, url := range []string{"http://" + address + "/a.git", "git://" + address + "/a.git"} {
		_, err := CloneMirror(t.Context(), url, dir)
		require.True(t, Unreachable(err), "%s: %v", url, err)
	}
	_, err := CloneMirror(t.Context(), "file:///nothing/is/here", dir)
	require.Error(t, err)
	require.False(t, Unreachable(err), "%v", err)
	require.False(t, Unreachable(nil))
}

// The error of a failed clone is stored with the repository and shown to all viewers of the
// repository.
func TestErrors_HoldNoPassword(t *testing.T) {
	t.Parallel()
	for _, credentials := range []string{"ann:secret", "secret", "secret:x-oauth-basic"} {
		_, err := CloneMirror(t.Context(), "http://"+credentials+"@"+unusedAddress(t)+"/a.git", filepath.Join(t.TempDir(), "1.git"))
		require.ErrorContains(t, err, "127.0.0.1")
		require.NotContains(t, err.Error(), "secret", credentials)
	}
}
