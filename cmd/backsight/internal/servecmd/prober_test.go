package servecmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// Every spelling of a path is checked as the folder that it leads to, and so is every folder from
// which git reads the repository.
func TestPathsOfRepositoriesAreBelowAllowedFolders(t *testing.T) {
	t.Parallel()
	base, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	in := func(elements ...string) string { return filepath.Join(append([]string{base}, elements...)...) }
	bare := func(dir string) { testgit.Init(t, dir, "sha1") }
	for _, dir := range []string{in("open", "good.git"), in("open-not", "other.git"), in("closed", "secret.git"), in("open", "data", "mirrors", "1.git"), in("open", "borrows.git"), in("open", "quoted.git")} {
		bare(dir)
	}
	require.NoError(t, os.Symlink(in("closed", "secret.git"), in("open", "link.git")))
	require.NoError(t, os.Symlink(in("open", "good.git"), in("closed", "to-good.git")))
	require.NoError(t, os.MkdirAll(in("open", "worktree"), 0o755))
	require.NoError(t, os.WriteFile(in("open", "worktree", ".git"), []byte("gitdir: "+in("closed", "secret.git")+"\n"), 0o644))
	for _, name := range []string{"borrows.git", "quoted.git"} {
		require.NoError(t, os.MkdirAll(in("open", name, "objects", "info"), 0o755))
	}
	require.NoError(t, os.WriteFile(in("open", "borrows.git", "objects", "info", "alternates"), []byte("../../../closed/secret.git/objects\n"), 0o644))
	require.NoError(t, os.WriteFile(in("open", "quoted.git", "objects", "info", "alternates"), []byte(`"`+in("closed", "secret.git", "objects")+"\"\n"), 0o644))
	bare(in("open", "packs.git"))
	require.NoError(t, os.RemoveAll(in("open", "packs.git", "objects", "pack")))
	require.NoError(t, os.Symlink(in("closed", "secret.git", "objects", "pack"), in("open", "packs.git", "objects", "pack")))

	some, err := newProber(false, []string{in("open")}, in("open", "data"))
	require.NoError(t, err)
	for _, path := range []string{
		in("open", "good.git"), in("open", "good.git") + "/", in("open", ".", "good.git"), in("closed", "to-good.git"),
		"/proc/self/root" + in("open", "good.git"), in("open") + "/x/../good.git",
	} {
		if filepath.Clean(path) == in("open", "good.git") {
			path = filepath.Clean(path) // as the API passes it
		}
		got, err := some.CheckPath(t.Context(), path)
		require.NoError(t, err, path)
		require.Equal(t, in("open", "good.git"), got, path)
	}
	for _, path := range []string{
		in("closed", "secret.git"), in("open-not", "other.git"), "/proc/self/root" + in("closed", "secret.git"), in("open", "link.git"),
		in("open", "worktree"), in("open", "borrows.git"), in("open", "packs.git"), in("open", "data", "mirrors", "1.git"),
	} {
		_, err := some.CheckPath(t.Context(), path)
		require.Equal(t, insights.Forbidden, insights.ErrorCode(err), "%s: %v", path, err)
	}
	_, err = some.CheckPath(t.Context(), in("open", "quoted.git"))
	require.ErrorContains(t, err, "in quotation marks")
	_, err = some.CheckPath(t.Context(), in("open", "missing.git"))
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
	// The answer for a path outside does not tell whether something is there.
	_, missing := some.CheckPath(t.Context(), in("closed", "missing.git"))
	_, there := some.CheckPath(t.Context(), in("closed", "secret.git"))
	require.Equal(t, "repository X: it is not in a folder that the server's option --repo-roots allows", replaced(missing, in("closed", "missing.git")))
	require.Equal(t, replaced(missing, in("closed", "missing.git")), replaced(there, in("closed", "secret.git")))

	// A git directory and a linked work tree are the same repository as the main work tree.
	tree := in("open", "tree")
	run := func(args ...string) {
		git := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@x"}, args...)...)
		git.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
		out, err := git.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	run("init", "--quiet", tree)
	run("-C", tree, "commit", "--quiet", "--allow-empty", "-m", "c")
	run("-C", tree, "worktree", "add", "--quiet", in("open", "linked"))
	for _, path := range []string{tree, filepath.Join(tree, ".git"), in("open", "linked")} {
		got, err := some.CheckPath(t.Context(), path)
		require.NoError(t, err, path)
		require.Equal(t, tree, got, path)
	}

	none, err := newProber(false, nil, "")
	require.NoError(t, err)
	_, err = none.CheckPath(t.Context(), in("open", "good.git"))
	require.ErrorContains(t, err, "--repo-roots allows folders")
	all, err := newProber(true, nil, in("open", "data"))
	require.NoError(t, err)
	_, err = all.CheckPath(t.Context(), in("closed", "secret.git"))
	require.NoError(t, err)
	_, err = all.CheckPath(t.Context(), in("open", "data", "mirrors", "1.git"))
	require.ErrorContains(t, err, "data directory of Backsight")
	_, err = newProber(false, []string{in("missing")}, "")
	require.ErrorContains(t, err, "--repo-roots")
}

func replaced(err error, path string) string {
	text := err.Error()
	return "repository X" + text[len("repository "+path):]
}
