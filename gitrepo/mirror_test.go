package gitrepo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"https://example.com/a.git", "http://example.com/a", "ssh://git@example.com:22/a", "git://example.com/a", "file:///srv/a",
		"git@example.com:org/a.git", "host:a", "/srv/a.git", "git@data:a", "data.example.com:a",
	} {
		require.NoError(t, CheckURL(url), url)
	}
	for _, url := range []string{
		"", "-u", "--upload-pack=touch x", "ext::sh -c x", "ext://x", "ftp://example.com/a", "relative/path", "https://-x", "fd::3",
		"https://", "a\nb:c", "::x", "-oProxyCommand=x:y",
		"https://bob:hunter^2@example.com/a", "https://bob:p%ss@example.com/a", "file:///tmp/%zz", "file://:x/tmp",
		"javascript:alert(1)", "JavaScript:alert(1)", `C:\x`, "c:/x", "rad:z3", "data:text/plain,x", "file:srv/a", "https:example.com/a",
	} {
		require.Equal(t, insights.Invalid, insights.ErrorCode(CheckURL(url)), url)
	}
}

func TestMirror_FollowsItsRemote(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		remote := testgit.Init(t, filepath.Join(t.TempDir(), "remote.git"), format)
		one := remote.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
		remote.Git(t, "branch", "old", "main")
		remote.Git(t, "update-ref", "refs/pull/1/head", "main")
		dir := filepath.Join(t.TempDir(), "mirrors", "1.git")
		r, err := CloneMirror(t.Context(), "file://"+remote.Dir, dir)
		require.NoError(t, err)
		ref, tip, err := r.DefaultBranch(t.Context())
		require.NoError(t, err)
		require.Equal(t, "refs/heads/main", ref)
		require.Equal(t, OID(one), tip)
		mirror := &testgit.Repo{Dir: dir}
		require.Equal(t, "refs/heads/main\nrefs/heads/old", mirror.Git(t, "for-each-ref", "--format=%(refname)"), "branches and tags only")

		two := remote.Commit(t, testgit.Epoch.AddDate(0, 1, 0), map[string]string{"b": "2"})
		remote.Git(t, "branch", "trunk", "main")
		remote.Git(t, "branch", "-D", "old")
		remote.Git(t, "symbolic-ref", "HEAD", "refs/heads/trunk")
		require.NoError(t, r.Fetch(t.Context()))
		ref, tip, err = r.DefaultBranch(t.Context())
		require.NoError(t, err)
		require.Equal(t, "refs/heads/trunk", ref)
		require.Equal(t, OID(two), tip)
		require.Equal(t, "refs/heads/main\nrefs/heads/trunk", mirror.Git(t, "for-each-ref", "--format=%(refname)"))

		// The mirror also follows a rewritten history.
		remote.Import(t, "trunk", false, testgit.Commit{Parents: testgit.Root, Message: "anew"})
		require.NoError(t, r.Fetch(t.Context()))
		_, tip, err = r.DefaultBranch(t.Context())
		require.NoError(t, err)
		require.Equal(t, OID(remote.ObjectAt(t, "trunk")), tip)
	}
}

func TestCloneMirror_OfAnEmptyRemoteHasNoCommits(t *testing.T) {
	t.Parallel()
	remote := testgit.New(t)
	r, err := CloneMirror(t.Context(), remote.Dir, filepath.Join(t.TempDir(), "m"))
	require.NoError(t, err)
	_, _, err = r.DefaultBranch(t.Context())
	require.ErrorIs(t, err, ErrNoCommits)
}

func TestCloneMirror_LeavesNoFilesWhenItFails(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	_, err := CloneMirror(t.Context(), filepath.Join(parent, "missing"), filepath.Join(parent, "m"))
	require.ErrorContains(t, err, "ls-remote")
	_, err = CloneMirror(t.Context(), "ext::touch "+filepath.Join(parent, "ran"), filepath.Join(parent, "m"))
	require.Equal(t, insights.Invalid, insights.ErrorCode(err))
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, entries)

	remote := testgit.New(t)
	_, err = CloneMirror(t.Context(), remote.Dir, remote.Dir)
	require.Equal(t, insights.Conflict, insights.ErrorCode(err))
	require.ErrorContains(t, open(t, remote.Dir).Fetch(t.Context()), "no remote")
}
