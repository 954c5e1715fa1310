package historycmd

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// Commits that are dated in the future are listed, wherever they are in the history, as git log
// does. --until leaves them out.
func TestRun_EveryCommitListsCommitsOfTheFuture(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"TODO", "type:commit author:ann"} {
		repo := testgit.New(t)
		at := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
		var commits []testgit.Commit
		for i, year := range []int{2023, 2099, 2024, 2030, 2040} {
			commits = append(commits, testgit.Commit{Time: at(year), Changes: []testgit.Change{{Path: fmt.Sprint(i), Content: "TODO"}}})
		}
		ids := repo.Import(t, "main", true, commits...)
		o := options{Repositories: []string{repo.Dir}, Query: query, Every: "commit", JSON: true}
		for _, indexes := range []string{"", t.TempDir()} {
			o.Indexes = indexes
			out, code, err := run(t, o)
			require.NoError(t, err)
			require.Zero(t, code)
			lines := decode(t, out)
			require.Equal(t, []any{ids[4], ids[3], ids[2], ids[1], ids[0]}, column(lines, "commit"))
			require.Equal(t, []any{5.0, 4.0, 3.0, 2.0, 1.0}, column(lines, "value"))
		}
		o.JSON = false
		out, _, err := run(t, o)
		require.NoError(t, err)
		require.Contains(t, out, "\ncommits that changed the count\n")
		require.Contains(t, out, "2040-01-01T00:00:00Z")
		o.JSON, o.Until = true, "2035-01-01"
		out, _, err = run(t, o)
		require.NoError(t, err)
		require.Equal(t, []any{ids[3], ids[2], ids[1], ids[0]}, column(decode(t, out), "commit"))
	}
}

// A repository that is given several times is counted once. A notice names each further path.
func TestRun_OneRepositoryGivenTwice(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	dir := filepath.Join(t.TempDir(), "clone")
	repo.Git(t, "clone", "-q", repo.Dir, dir)
	linked, link := filepath.Join(t.TempDir(), "linked"), filepath.Join(t.TempDir(), "link")
	repo.Git(t, "--git-dir="+dir+"/.git", "worktree", "add", "-q", "--detach", linked)
	require.NoError(t, os.Symlink(dir, link))
	var want []any
	for _, path := range []string{linked, dir + "/", link} {
		want = append(want, path+" is the same repository as "+dir+", and is counted once")
	}
	o := options{Repositories: []string{dir, linked, repo.Dir, dir + "/", link}, Query: "TODO", At: []string{"2024-07-01"}, JSON: true}
	for _, every := range []string{"", "commit"} {
		o.Every = every
		if every != "" {
			o.At, o.Points = nil, new(1)
		}
		out, _, err := run(t, o)
		require.NoError(t, err)
		lines := decode(t, out)
		require.Equal(t, []any{dir, repo.Dir}, column(lines, "repository"))
		require.Equal(t, []any{want, nil}, column(lines, "notices"))
	}
	o.JSON, o.Every, o.Points, o.At = false, "", nil, []string{"2024-07-01"}
	out, _, err := run(t, o)
	require.NoError(t, err)
	require.Regexp(t, `\ntotal +.* 8 +`, out)
	for _, text := range want {
		require.Contains(t, out, "notice: "+text.(string))
	}
}

// A notice names the branch that was searched and the one that may have been meant.
func TestRun_NoticesAboutBranches(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t)
	repo.Git(t, "update-ref", "refs/heads/other", ids[2])
	repo.Git(t, "symbolic-ref", "HEAD", "refs/heads/none")
	const notice = "HEAD names refs/heads/none, which does not exist; refs/heads/main is searched; to search another branch, use --rev"
	o := options{Repositories: []string{repo.Dir}, Query: "TODO", At: []string{"2024-07-01"}, JSON: true}
	for _, o.Indexes = range []string{"", t.TempDir()} {
		out, code, err := run(t, o)
		require.NoError(t, err)
		require.Zero(t, code)
		lines := decode(t, out)
		require.Equal(t, []any{ids[4]}, column(lines, "commit"))
		require.Equal(t, []any{[]any{notice}}, column(lines, "notices"))
	}
	o.Rev = "other"
	out, _, err := run(t, o)
	require.NoError(t, err)
	require.Equal(t, []any{nil}, column(decode(t, out), "notices"))
	o.Rev, o.JSON = "", false
	out, _, err = run(t, o)
	require.NoError(t, err)
	require.Contains(t, out, "notice: "+notice)
}

// A commit that is some seconds old is counted.
func TestRun_CountsACommitOfThisMinute(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, now, map[string]string{"a": "TODO"})
	out, _, err := run(t, options{Repositories: []string{repo.Dir}, Query: "TODO", JSON: true, Points: new(1)})
	require.NoError(t, err)
	line := decode(t, out)[0]
	require.EqualValues(t, 1, line["value"])
	require.Equal(t, now.UTC().Truncate(time.Second).Format(time.RFC3339), line["time"])
}
