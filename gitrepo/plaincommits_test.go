package gitrepo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/internal/testgit"
)

// contextT is a *testing.T or *rapid.T.
type contextT interface {
	require.TestingT
	Context() context.Context
}

// slowly returns the same repository, with all reading left to git.
func slowly(t contextT, r *Repo) *Repo {
	slow := &Repo{dir: r.dir, gitDir: r.gitDir}
	require.NoError(t, slow.openByGit(t.Context()))
	return slow
}

// requireSameAsGit asserts that everything that is read without git equals what git returns. It
// reports whether Tip returned a commit.
func requireSameAsGit(t contextT, dir string) bool {
	quick, err := Open(t.Context(), dir)
	require.NoError(t, err)
	slow := slowly(t, quick)
	wantRef, wantTip, wantErr := slow.DefaultBranch(t.Context())
	ref, tip, err := quick.DefaultBranch(t.Context())
	require.Equal(t, wantErr, err)
	require.Equal(t, wantRef, ref)
	require.Equal(t, wantTip, tip)
	ref, tip, known := quick.Tip()
	if known {
		require.NoError(t, wantErr)
		require.Equal(t, wantRef, ref)
		require.Equal(t, wantTip, tip)
	}
	shortRef, shortTip, shortKnown := TipOf(dir)
	require.Equal(t, []any{ref, tip, known}, []any{shortRef, shortTip, shortKnown})
	if wantErr != nil {
		return known
	}
	want, err := slow.FirstParents(t.Context(), wantTip, "")
	require.NoError(t, err)
	got, err := quick.FirstParents(t.Context(), wantTip, "")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, got))
	if commits, ok := quick.walkPlain(t.Context(), wantTip, func(Commit) (keep, more bool) { return true, true }); ok {
		require.Empty(t, cmp.Diff(want, commits))
	}
	middle := want[len(want)/2]
	part, err := quick.FirstParents(t.Context(), wantTip, middle.ID)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want[:len(want)/2], part, cmp.Transformer("nil", func(list []Commit) []Commit { return append([]Commit{}, list...) })))
	parent, err := quick.FirstParent(t.Context(), middle.ID)
	require.NoError(t, err)
	wantParent, err := slow.FirstParent(t.Context(), middle.ID)
	require.NoError(t, err)
	require.Equal(t, wantParent, parent)
	return known
}

// Everything that is read without git equals what git returns, for histories of any shape and refs
// and objects in any state.
func TestPlainRepositories_EqualGit(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		repo := testgit.Init(t, filepath.Join(root, fmt.Sprint(n)), "sha1")
		var commits []testgit.Commit
		for i := range rapid.IntRange(1, 9).Draw(rt, "commits") {
			c := testgit.Commit{
				Time:    testgit.Epoch.Add(time.Duration(rapid.IntRange(-50, 50).Draw(rt, "hours")) * time.Hour),
				Author:  rapid.SampledFrom([]string{"", "A <a@b>", "Ü <ü>"}).Draw(rt, "author"),
				Message: rapid.SampledFrom([]string{"", "m\n", "\n\nparent 1\ncommitter x <y> 1 +0000\n"}).Draw(rt, "message"),
				Changes: []testgit.Change{{Path: "a", Content: fmt.Sprint(i)}},
			}
			if i > 1 && rapid.Bool().Draw(rt, "merge") {
				c.Parents = []int{rapid.IntRange(0, i-1).Draw(rt, "first"), rapid.IntRange(0, i-1).Draw(rt, "second")}
				if c.Parents[0] == c.Parents[1] {
					c.Parents = c.Parents[:1]
				}
			}
			commits = append(commits, c)
		}
		ids := repo.Import(t, "main", rapid.Bool().Draw(rt, "packed"), commits...)
		for _, change := range rapid.SliceOfN(rapid.SampledFrom([]string{"pack refs", "repack", "loose", "detach", "alias", "unborn"}), 0, 3).Draw(rt, "changes") {
			switch change {
			case "pack refs":
				repo.Git(t, "pack-refs", "--all")
			case "repack":
				repo.Git(t, "repack", "-q", "-d")
			case "loose":
				repo.Commit(t, testgit.Epoch, map[string]string{"b": "1"})
			case "detach":
				repo.Git(t, "update-ref", "--no-deref", "HEAD", ids[len(ids)/2])
			case "alias":
				repo.Git(t, "symbolic-ref", "refs/heads/other", "refs/heads/main")
				repo.Git(t, "symbolic-ref", "HEAD", "refs/heads/other")
			case "unborn":
				repo.Git(t, "symbolic-ref", "HEAD", "refs/heads/none")
			}
		}
		head, err := os.ReadFile(filepath.Join(repo.Dir, "HEAD"))
		require.NoError(rt, err)
		require.Equal(rt, string(head) != "ref: refs/heads/none\n", requireSameAsGit(rt, repo.Dir))
	})
}

func TestWorkTrees_EqualGit(t *testing.T) {
	t.Parallel()
	origin := testgit.New(t)
	origin.Import(t, "main", true, testgit.Commit{}, testgit.Commit{Message: "two"})
	for _, row := range []struct {
		name  string
		args  [][]string // of git in the clone
		known bool
	}{
		{"as cloned", nil, true},
		{"on another branch", [][]string{{"checkout", "-qb", "mine", "HEAD~1"}}, true},
		{"packed", [][]string{{"pack-refs", "--all"}}, true},
		{"two remotes", [][]string{{"remote", "rename", "origin", "a"}, {"update-ref", "refs/remotes/b/x", "HEAD~1"}, {"symbolic-ref", "refs/remotes/b/HEAD", "refs/remotes/b/x"}}, true},
		{"another remote", [][]string{{"remote", "rename", "origin", "a"}, {"checkout", "-qb", "mine", "HEAD~1"}}, true},
		{"another remote has a HEAD", [][]string{
			{"symbolic-ref", "refs/remotes/b/HEAD", "refs/remotes/origin/main"}, {"symbolic-ref", "--delete", "refs/remotes/origin/HEAD"}, {"checkout", "-qb", "mine", "HEAD~1"},
		}, true},
		{"no remote", [][]string{{"remote", "remove", "origin"}}, true},
		{"the remote's branch is gone", [][]string{{"update-ref", "-d", "refs/remotes/origin/main"}}, false},
		{"another form of refs", [][]string{{"config", "core.repositoryformatversion", "1"}, {"config", "extensions.noop", "true"}}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "clone")
			run := func(args ...string) {
				cmd := exec.Command("git", args...)
				cmd.Env = testgit.Env()
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, "%s", out)
			}
			run("clone", "-q", origin.Dir, dir)
			for _, args := range row.args {
				run(append([]string{"-C", dir}, args...)...)
			}
			require.Equal(t, row.known, requireSameAsGit(t, dir))
		})
	}
}

// No git binary is in PATH, and a plain repository can still be read, because no process is
// started.
func TestPlainRepositories_AreReadWithoutAProcess(t *testing.T) {
	packed, loose := testgit.New(t), testgit.New(t)
	packed.Import(t, "main", true, testgit.Commit{}, testgit.Commit{Message: "two"})
	packed.Git(t, "pack-refs", "--all")
	loose.Import(t, "main", false, testgit.Commit{}, testgit.Commit{Message: "two"})
	t.Setenv("PATH", t.TempDir())
	for _, repo := range []*testgit.Repo{packed, loose} {
		r, err := Open(t.Context(), repo.Dir)
		require.NoError(t, err)
		_, known, ok := r.Tip()
		require.True(t, ok)
		_, tip, err := r.DefaultBranch(t.Context())
		require.NoError(t, err)
		require.Equal(t, known, tip)
		commits, err := r.FirstParents(t.Context(), tip, "")
		require.NoError(t, err)
		require.Len(t, commits, 2)
	}
}

// Everything damaged, long or unusual is left to git.
func TestPlainCommits_LeaveTheUnusualToGit(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	all := func(Commit) (keep, more bool) { return true, true }
	for name, change := range map[string]func(repo *testgit.Repo, ids []string){
		"missing": func(repo *testgit.Repo, ids []string) { repo.RemoveObject(t, ids[0]) },
		"corrupt": func(repo *testgit.Repo, ids []string) { repo.CorruptObject(t, ids[0]) },
		// The file of another commit lies under this commit's id.
		"replaced": func(repo *testgit.Repo, ids []string) {
			text, err := os.ReadFile(repo.ObjectPath(ids[1]))
			require.NoError(t, err)
			repo.RemoveObject(t, ids[0])
			require.NoError(t, os.WriteFile(repo.ObjectPath(ids[0]), text, 0o644))
		},
	} {
		repo := testgit.New(t)
		ids := repo.Import(t, "main", false, testgit.Commit{}, testgit.Commit{Message: "two"}, testgit.Commit{Message: "three"})
		r, err := Open(ctx, repo.Dir)
		require.NoError(t, err)
		_, ok := r.walkPlain(ctx, OID(ids[2]), all)
		require.True(t, ok)
		change(repo, ids)
		_, ok = r.walkPlain(ctx, OID(ids[2]), all)
		require.False(t, ok, name)
	}
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true, make([]testgit.Commit, plainWalkLength+1)...)
	r, err := Open(ctx, repo.Dir)
	require.NoError(t, err)
	_, ok := r.walkPlain(ctx, OID(ids[plainWalkLength-1]), all)
	require.True(t, ok)
	_, ok = r.walkPlain(ctx, OID(ids[plainWalkLength]), all)
	require.False(t, ok)
	commits, err := r.FirstParents(ctx, OID(ids[plainWalkLength]), "")
	require.NoError(t, err)
	require.Len(t, commits, plainWalkLength+1)
}

func TestParsePlainCommit_RefusesWhatGitDoesNotWrite(t *testing.T) {
	t.Parallel()
	const id = "0123456789012345678901234567890123456789"
	at, parent, ok := parsePlainCommit([]byte("tree " + id + "\nparent " + id + "\nparent x" + id[1:] + "\nauthor A <a> 1 +0000\ncommitter C <c> 2 +0000\n\nm"))
	require.False(t, ok, "the second parent is malformed")
	require.True(t, at.IsZero())
	require.Empty(t, string(parent)[min(len(parent), 40):])
	for _, text := range []string{
		"", "tree x\n", "tree " + id, "tree " + id + "\nparent " + id + "\n",
		"tree " + id + "\ncommitter C <c> 2 +0000\n\n", "tree " + id + "\nauthor A <a> 1 +0000\n\ncommitter C <c> 2 +0000\n",
		"tree " + id + "\nauthor A <a> 1 +0000\ncommitter C <c>\n\n", "tree " + id + "\nauthor A <a> 1 +0000\ncommitter C <c> 2\n\n",
		"tree " + id + "\nauthor A <a> 1 +0000\ncommitter C <c> -2 +0000\n\n", "tree " + id + "\nauthor A <a> 1 +0000\ncommitter C <c> 99999999999 +0000\n\n",
	} {
		_, _, ok := parsePlainCommit([]byte(text))
		require.False(t, ok, "%q", text)
	}
	at, parent, ok = parsePlainCommit([]byte("tree " + id + "\nauthor A <a> 1 +0000\ncommitter C <c> 2 +0000\nencoding x\n\nm"))
	require.True(t, ok)
	require.Empty(t, parent)
	require.Equal(t, time.Unix(2, 0).UTC(), at)
}
