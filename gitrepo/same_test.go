package gitrepo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// All paths of a repository, and all its work trees, have the same CommonDir; a clone has another.
func TestCommonDir(t *testing.T) {
	t.Parallel()
	origin := testgit.New(t)
	origin.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	at := func(name string) string { return filepath.Join(root, name) }
	origin.Git(t, "clone", "-q", origin.Dir, at("main"))
	origin.Git(t, "--git-dir="+at("main/.git"), "worktree", "add", "-q", "--detach", at("linked"))
	require.NoError(t, os.Symlink(at("main"), at("link")))
	origin.Git(t, "clone", "-q", "--bare", origin.Dir, at("bare"))
	origin.Git(t, "--git-dir="+at("bare"), "worktree", "add", "-q", "--detach", at("a-tree"))
	for _, name := range []string{"main", "main/.git", "main/../main/", "linked", "link"} {
		require.Equal(t, at("main/.git"), CommonDir(at(name)), name)
	}
	for _, name := range []string{"bare", "a-tree"} {
		require.Equal(t, at("bare"), CommonDir(at(name)), name)
	}
	require.Empty(t, CommonDir(root))
	require.Empty(t, CommonDir(at("none")))

	found, err := Find(root)
	require.NoError(t, err)
	require.Equal(t, []string{at("bare"), at("main")}, found, "not the linked work trees")
}
