package gitrepo

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// open opens a test repository.
func open(t *testing.T, dir string) *Repo {
	t.Helper()
	r, err := Open(t.Context(), dir)
	require.NoError(t, err)
	return r
}

// plainGit runs git in a folder. Tests use it for work trees and clones, which testgit does not
// make.
func plainGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, testgit.Env()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "git %v: %s", args, out)
}

func TestOpen_RefusesOtherFolders(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	plain := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(repo.Dir, "plain"), 0o755))
	for _, dir := range []string{plain, filepath.Join(plain, "missing"), filepath.Join(repo.Dir, "plain"), filepath.Join(repo.Dir, "objects")} {
		_, err := Open(t.Context(), dir)
		require.Error(t, err)
		require.Equal(t, insights.NotFound, insights.ErrorCode(err), "%v", err)
	}
}

func TestOpen_WorkTreeLinkedWorkTreeAndHostileConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	plainGit(t, dir, "init", "-q", "-b", "trunk", tree)
	plainGit(t, tree, "commit", "-q", "--allow-empty", "-m", "one")
	plainGit(t, tree, "worktree", "add", "-q", "-b", "side", filepath.Join(dir, "linked"))
	plainGit(t, tree, "config", "core.fsmonitor", "touch "+filepath.Join(dir, "ran"))
	for name, branch := range map[string]string{"tree": "refs/heads/trunk", "linked": "refs/heads/side"} {
		ref, tip, err := open(t, filepath.Join(dir, name)).DefaultBranch(t.Context())
		require.NoError(t, err)
		require.Equal(t, branch, ref)
		require.True(t, tip.Valid())
	}
	require.NoFileExists(t, filepath.Join(dir, "ran"))
}

func TestDefaultBranch(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	empty := testgit.New(t)
	_, _, err := open(t, empty.Dir).DefaultBranch(ctx)
	require.ErrorIs(t, err, ErrNoCommits)

	repo := testgit.New(t)
	id := repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	ref, tip, err := open(t, repo.Dir).DefaultBranch(ctx)
	require.NoError(t, err)
	require.Equal(t, "refs/heads/main", ref)
	require.Equal(t, OID(id), tip)

	require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, "HEAD"), []byte(id+"\n"), 0o644))
	ref, tip, err = open(t, repo.Dir).DefaultBranch(ctx)
	require.NoError(t, err)
	require.Equal(t, "HEAD", ref)
	require.Equal(t, OID(id), tip)
}

func TestDefaultBranch_OfAWorkTreeIsThatOfOrigin(t *testing.T) {
	t.Parallel()
	remote := testgit.New(t)
	id := remote.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	clone := filepath.Join(t.TempDir(), "clone")
	plainGit(t, ".", "clone", "-q", remote.Dir, clone)
	plainGit(t, clone, "checkout", "-q", "-b", "mine")
	plainGit(t, clone, "commit", "-q", "--allow-empty", "-m", "mine")
	ref, tip, err := open(t, clone).DefaultBranch(t.Context())
	require.NoError(t, err)
	require.Equal(t, "refs/remotes/origin/main", ref)
	require.Equal(t, OID(id), tip)
}

func TestResolve(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	id := OID(repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"}))
	r := open(t, repo.Dir)
	for _, rev := range []string{"main", "HEAD", string(id), string(id[:10])} {
		got, err := r.Resolve(t.Context(), rev)
		require.NoError(t, err)
		require.Equal(t, id, got)
	}
	for rev, code := range map[string]insights.Code{"nowhere": insights.NotFound, "main:a": insights.NotFound, "--help": insights.Invalid, "": insights.Invalid} {
		_, err := r.Resolve(t.Context(), rev)
		require.Equal(t, code, insights.ErrorCode(err), "%q: %v", rev, err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	testgit.Init(t, filepath.Join(root, "b", "bare.git"), "sha1")
	testgit.Init(t, filepath.Join(root, "b", "bare.git", "nested.git"), "sha1")
	testgit.Init(t, filepath.Join(root, "a", "tree", ".git"), "sha256")
	require.NoError(t, os.MkdirAll(filepath.Join(root, "c", "no"), 0o755))
	found, err := Find(root)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(root, "a", "tree"), filepath.Join(root, "b", "bare.git")}, found)
	_, err = Find(filepath.Join(root, "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestContext_EndsGit(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	r := open(t, repo.Dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := r.DefaultBranch(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
