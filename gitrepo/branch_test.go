package gitrepo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// A ref that is damaged, as after a power cut, is an error that quotes git. It never counts as
// absent; otherwise the repository would seem to have no commits.
func TestDefaultBranch_DamagedRefsAreErrors(t *testing.T) {
	t.Parallel()
	const broken = "warning: ignoring broken ref refs/heads/main"
	write := func(t *testing.T, repo *testgit.Repo, name, text string) {
		path := filepath.Join(repo.Dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	packed := func(change func(text string) string) func(*testing.T, *testgit.Repo) {
		return func(t *testing.T, r *testgit.Repo) {
			r.Git(t, "pack-refs", "--all")
			text, err := os.ReadFile(filepath.Join(r.Dir, "packed-refs"))
			require.NoError(t, err)
			write(t, r, "packed-refs", change(string(text)))
		}
	}
	for _, row := range []struct {
		name   string
		damage func(*testing.T, *testgit.Repo)
		want   string // part of the error
	}{
		{"empty", func(t *testing.T, r *testgit.Repo) { write(t, r, "refs/heads/main", "") }, broken},
		{"NUL bytes", func(t *testing.T, r *testgit.Repo) { write(t, r, "refs/heads/main", strings.Repeat("\x00", 41)) }, broken},
		{"half an id", func(t *testing.T, r *testgit.Repo) { write(t, r, "refs/heads/main", r.ObjectAt(t, "main")[:20]) }, broken},
		{"no commit but a blob", func(t *testing.T, r *testgit.Repo) { write(t, r, "refs/heads/main", r.ObjectAt(t, "main:a")+"\n") }, "is not a commit"},
		{"no commit of this id", func(t *testing.T, r *testgit.Repo) { write(t, r, "refs/heads/main", strings.Repeat("1", 40)+"\n") }, "which is missing"},
		{"a symbolic ref to an empty one", func(t *testing.T, r *testgit.Repo) {
			write(t, r, "refs/heads/alias", "ref: refs/heads/main\n")
			write(t, r, "HEAD", "ref: refs/heads/alias\n")
			write(t, r, "refs/heads/main", "")
		}, broken},
		{"a loop", func(t *testing.T, r *testgit.Repo) {
			write(t, r, "refs/heads/alias", "ref: refs/heads/main\n")
			write(t, r, "refs/heads/main", "ref: refs/heads/alias\n")
		}, "fatal: No such ref: HEAD"},
		{"a folder instead of a file", func(t *testing.T, r *testgit.Repo) {
			require.NoError(t, os.Remove(filepath.Join(r.Dir, "refs/heads/main")))
			write(t, r, "refs/heads/main/x", "")
		}, broken},
		{"another branch is empty and HEAD's does not exist", func(t *testing.T, r *testgit.Repo) {
			write(t, r, "HEAD", "ref: refs/heads/none\n")
			write(t, r, "refs/heads/main", "")
		}, broken},
		{"no file, but a log", func(t *testing.T, r *testgit.Repo) {
			write(t, r, "logs/refs/heads/main", "x\n")
			require.NoError(t, os.Remove(filepath.Join(r.Dir, "refs/heads/main")))
		}, "refs/heads/main is missing, but its reflog exists"},
		{"packed-refs is empty", packed(func(string) string { return "" }), "packed-refs is empty"},
		{"packed-refs with NUL bytes", packed(func(text string) string { return strings.Repeat("\x00", len(text)) }), "fatal: unterminated line"},
		{"packed-refs is cut after the branch", packed(func(text string) string {
			line := text[strings.LastIndex(text[:len(text)-1], "\n")+1:]
			return text + strings.Replace(line, "main", "other", 1)[:45]
		}), "fatal: unterminated line"},
		{"packed-refs with CRLF", packed(func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }), "ignoring ref with broken name"},
		{"packed-refs with another header", packed(func(text string) string { return "# comment" + text[strings.Index(text, "\n"):] }), "fatal: unexpected line"},
		{"packed-refs with a comment at its end", packed(func(text string) string { return text + "# comment\n" }), "fatal: unexpected line"},
		{"packed-refs with a ref twice", packed(func(text string) string {
			line := text[strings.LastIndex(text[:len(text)-1], "\n")+1:]
			return text + strings.Repeat("1", 40) + line[40:] + strings.Repeat("1", 40) + line[40:]
		}), "which is missing"},
		{"packed-refs with half an id", packed(func(text string) string {
			return strings.Replace(text, " refs/heads/main", "\x00 refs/heads/main", 1)
		}), "fatal: unexpected line"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			repo := testgit.New(t)
			repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
			row.damage(t, repo)
			quick, err := Open(t.Context(), repo.Dir)
			require.NoError(t, err)
			_, _, ok := TipOf(repo.Dir)
			require.Equal(t, strings.Contains(row.name, "commit"), ok, "Tip does not read the object")
			for _, r := range []*Repo{quick, slowly(t, quick)} {
				_, _, err := r.DefaultBranch(t.Context())
				require.Equal(t, insights.Unavailable, insights.ErrorCode(err), "%v", err)
				require.ErrorContains(t, err, row.want)
				require.ErrorContains(t, err, repo.Dir)
				require.NotErrorIs(t, err, ErrNoCommits)
			}
		})
	}
}

// A damaged ref beside the default branch does no harm.
func TestDefaultBranch_OtherRefsMayBeDamaged(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	id := repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, "refs/heads/other"), nil, 0o644))
	r, err := Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	for _, r := range []*Repo{r, slowly(t, r)} {
		ref, tip, err := r.DefaultBranch(t.Context())
		require.NoError(t, err)
		require.Equal(t, []any{"refs/heads/main", OID(id)}, []any{ref, tip})
		_, err = r.Resolve(t.Context(), "other")
		require.Equal(t, insights.NotFound, insights.ErrorCode(err))
		require.ErrorContains(t, err, "warning: ignoring broken ref refs/heads/other")
	}
}

// In a clone, a damaged origin/HEAD is an error: HEAD may name another branch.
func TestDefaultBranch_DamagedOriginHeadIsAnError(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"refs/remotes/origin/HEAD", "refs/remotes/origin/main"} {
		origin := testgit.New(t)
		origin.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
		dir := filepath.Join(t.TempDir(), "clone")
		origin.Git(t, "clone", "-q", origin.Dir, dir)
		require.NoError(t, os.RemoveAll(filepath.Join(dir, ".git", "packed-refs")))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", name), nil, 0o644))
		r, err := Open(t.Context(), dir)
		require.NoError(t, err)
		_, _, err = r.DefaultBranch(t.Context())
		require.Equal(t, insights.Unavailable, insights.ErrorCode(err))
		require.ErrorContains(t, err, "warning: ignoring broken ref "+name)
		require.False(t, requireSameAsGit(t, dir))
	}
}

// A HEAD file that is damaged, or a form of refs that git does not know, is an error that quotes
// git.
func TestOpen_QuotesGitOnWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", strings.Repeat("\x00", 21), "garbage\n"} {
		repo := testgit.New(t)
		repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
		require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, "HEAD"), []byte(text), 0o644))
		_, err := Open(t.Context(), repo.Dir)
		require.ErrorContains(t, err, "fatal: not a git repository")
	}
	repo := testgit.New(t)
	repo.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	repo.Git(t, "config", "core.repositoryformatversion", "1")
	repo.Git(t, "config", "extensions.refstorage", "unheard-of")
	_, err := Open(t.Context(), repo.Dir)
	require.ErrorContains(t, err, "fatal: ")
}

// If HEAD names a branch that does not exist, the only branch is read, or main, or master, and a
// notice says so. Otherwise the error names a branch.
func TestDefaultBranch_HeadNamesNoBranch(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		branches []string
		want     string // "": an error
	}{
		{[]string{"refs/heads/only"}, "refs/heads/only"},
		{[]string{"refs/heads/a", "refs/heads/main", "refs/heads/master"}, "refs/heads/main"},
		{[]string{"refs/heads/a", "refs/heads/main/x", "refs/heads/master"}, "refs/heads/master"},
		{[]string{"refs/heads/a", "refs/heads/b", "refs/remotes/origin/main"}, ""},
		{[]string{"refs/remotes/origin/a", "refs/remotes/origin/main"}, "refs/remotes/origin/main"},
		{[]string{"refs/remotes/a/main", "refs/remotes/origin/x"}, "refs/remotes/origin/x"},
		{[]string{"refs/remotes/upstream/a", "refs/remotes/upstream/main"}, "refs/remotes/upstream/main"},
		{[]string{"refs/remotes/a/main", "refs/remotes/b/main"}, ""},
	} {
		repo := testgit.New(t)
		repo.Git(t, "symbolic-ref", "HEAD", "refs/heads/none")
		ids := repo.Import(t, "first", true, testgit.Commit{})
		for _, ref := range row.branches {
			repo.Git(t, "update-ref", ref, ids[0])
		}
		repo.Git(t, "update-ref", "-d", "refs/heads/first")
		r, err := Open(t.Context(), repo.Dir)
		require.NoError(t, err)
		ref, tip, err := r.DefaultBranch(t.Context())
		if row.want == "" {
			require.Equal(t, insights.NotFound, insights.ErrorCode(err))
			require.ErrorContains(t, err, "for example "+row.branches[0])
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []any{row.want, OID(ids[0])}, []any{ref, tip})
		notice, err := r.BranchNotice(t.Context(), ref, tip)
		require.NoError(t, err)
		require.Equal(t, "HEAD names refs/heads/none, which does not exist; "+row.want+" is searched", notice)
	}
}

// The default branch of a clone is the one that origin/HEAD names. A notice says how far it is from
// the checked-out branch, or from the branch that has replaced it at the remote, unless both are at
// the same commit.
func TestBranchNotice_OfAClone(t *testing.T) {
	t.Parallel()
	const renamed = "2 commits ahead of it; to ask the remote for its default branch, run git remote set-head origin --auto"
	commit := []string{"commit", "-q", "--allow-empty", "-m", "x"}
	for _, row := range []struct {
		name   string
		rename bool // the remote renames main to trunk, which gets two commits more
		args   [][]string
		want   string
	}{
		{"as cloned", false, nil, ""},
		{"another branch at the same commit", false, [][]string{{"checkout", "-q", "-b", "mine"}}, ""},
		{"fetched", false, [][]string{{"fetch", "-q"}}, ""},
		{"another branch fetched", true, [][]string{{"fetch", "-q", "origin", "trunk"}}, ""},
		{"another remote fetched", true, [][]string{{"fetch", "-q", "origin", "trunk"}, {"branch", "-m", "mine"}, {"remote", "add", "other", "DIR"}, {"fetch", "-q", "other"}}, ""},
		{
			"ahead", false,
			[][]string{commit, commit},
			"refs/remotes/origin/main is searched, because origin/HEAD names it; the checked-out branch refs/heads/main is 2 commits ahead of it",
		},
		{
			"diverged", false,
			[][]string{{"checkout", "-q", "-b", "mine", "HEAD~1"}, commit, commit},
			"refs/remotes/origin/main is searched, because origin/HEAD names it; the checked-out branch refs/heads/mine is 2 commits ahead of it and 1 commit behind it",
		},
		{
			"detached", false,
			[][]string{{"checkout", "-q", "--detach", "HEAD~1"}},
			"refs/remotes/origin/main is searched, because origin/HEAD names it; the checked-out branch HEAD is 1 commit behind it",
		},
		{
			"renamed", true,
			[][]string{{"fetch", "-q"}},
			"refs/remotes/origin/main is searched, because origin/HEAD names it, but the last fetch did not find it; refs/remotes/origin/trunk is " + renamed,
		},
		{
			"renamed and pruned", true,
			[][]string{{"fetch", "-q", "--prune"}},
			"origin/HEAD names refs/remotes/origin/main, which does not exist; refs/heads/main is searched; refs/remotes/origin/trunk is " + renamed,
		},
		{
			"renamed and checked out", true,
			[][]string{{"fetch", "-q"}, {"checkout", "-q", "trunk"}},
			"refs/remotes/origin/main is searched, because origin/HEAD names it; the checked-out branch refs/heads/trunk is 2 commits ahead of it",
		},
		{"no remote", false, [][]string{{"remote", "remove", "origin"}}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			requireNotice(t, "origin", row.rename, row.args, row.want)
		})
		t.Run(row.name+", another remote", func(t *testing.T) {
			t.Parallel()
			named := func(text string) string { return strings.ReplaceAll(text, "origin", "team/up") }
			args := slices.Clone(row.args)
			for i := range args {
				args[i] = slices.Clone(args[i])
				for k, arg := range args[i] {
					args[i][k] = named(arg)
				}
			}
			requireNotice(t, "team/up", row.rename, args, named(row.want))
		})
	}
}

// requireNotice clones a repository, runs git in the clone, and checks the notice.
func requireNotice(t *testing.T, remote string, rename bool, commands [][]string, want string) {
	t.Helper()
	origin := testgit.New(t)
	origin.Import(t, "main", true, testgit.Commit{}, testgit.Commit{Message: "two"})
	dir := filepath.Join(t.TempDir(), "clone")
	origin.Git(t, "clone", "-q", "--origin", remote, origin.Dir, dir)
	if rename {
		origin.Git(t, "branch", "-m", "main", "trunk")
		origin.Import(t, "trunk", true, testgit.Commit{Parents: nil, Message: "three"}, testgit.Commit{Message: "four"})
	}
	for _, args := range commands {
		args = append([]string{"--git-dir=DIR/.git", "--work-tree=DIR"}, args...)
		for i, arg := range args {
			args[i] = strings.ReplaceAll(arg, "DIR", dir)
		}
		origin.Git(t, args...)
	}
	quick, err := Open(t.Context(), dir)
	require.NoError(t, err)
	for _, r := range []*Repo{quick, slowly(t, quick)} {
		ref, tip, err := r.DefaultBranch(t.Context())
		require.NoError(t, err)
		notice, err := r.BranchNotice(t.Context(), ref, tip)
		require.NoError(t, err)
		require.Equal(t, want, notice)
	}
}
