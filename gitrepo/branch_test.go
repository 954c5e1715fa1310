package gitrepo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// A ref that is damaged, as after a power cut, is an error that quotes git. It never counts as
// absent: the repository would seem to have no commits.
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
		}, "refs/heads/main has a log"},
		{"packed-refs is empty", packed(func(string) string { return "" }), "packed-refs is empty"},
		{"packed-refs with NUL bytes", packed(func(text string) string { return strings.Repeat("\x00", len(text)) }), "fatal: unterminated line"},
		{"packed-refs is cut after the branch", packed(func(text string) string {
			line := text[strings.LastIndex(text[:len(text)-1], "\n")+1:]
			return text + strings.Replace(line, "main", "other", 1)[:45]
		}), "fatal: unterminated line"},
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
