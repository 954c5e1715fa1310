package historycmd

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

func TestRun_ShallowClone(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	clone := testgit.New(t)
	clone.Git(t, "fetch", "-q", "--depth=2", "file://"+repo.Dir, "main:main")
	out, code, err := run(t, options{Repositories: []string{clone.Dir}, Query: "todo", At: []string{"2024-07-01", "2024-05-15", "2024-02-15"}, JSON: true})
	require.NoError(t, err)
	require.Equal(t, 1, code)
	lines := decode(t, out)
	require.Equal(t, "counted", lines[1]["outcome"])
	require.Equal(t, "failed", lines[2]["outcome"])
	require.Contains(t, lines[2]["reason"], "shallow")
}

// With or without an index, a history ends where git cuts it, even if the index was made before the
// cut.
func TestRun_IndexOfACloneThatWasCut(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	clone := testgit.New(t)
	clone.Git(t, "fetch", "-q", "file://"+repo.Dir, "main:main")
	o := options{Repositories: []string{clone.Dir}, Query: "todo", At: []string{"2024-07-01", "2024-02-15"}, JSON: true, Indexes: t.TempDir()}
	_, code, err := run(t, o)
	require.NoError(t, err)
	require.Zero(t, code)
	clone.Git(t, "fetch", "-q", "--depth=2", "--update-shallow", "file://"+repo.Dir, "main:main")
	for range 2 {
		out, code, err := run(t, o)
		require.NoError(t, err)
		require.Equal(t, 1, code)
		require.Equal(t, "failed", decode(t, out)[1]["outcome"])
		o.Indexes = ""
	}
}

// Before the oldest commit of a shallow clone, nothing is known.
func TestRun_EveryCommitBeforeTheEndOfAShallowClone(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	clone := testgit.New(t)
	clone.Git(t, "fetch", "-q", "--depth=2", "file://"+repo.Dir, "main:main")
	for _, query := range []string{"todo", "type:commit x"} {
		out, code, err := run(t, options{Repositories: []string{clone.Dir}, Query: query, Every: "commit", Until: "2024-02-15", JSON: true})
		require.NoError(t, err)
		require.Equal(t, 1, code)
		require.Equal(t, "failed", decode(t, out)[0]["outcome"])
		require.Equal(t, "shallow history", decode(t, out)[0]["code"])
	}
}

// A fetch with --depth makes the whole repository a shallow clone, but it cuts only the branch that
// it fetches.
func TestRun_ShallowCloneOfAnotherBranch(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	other := testgit.New(t)
	other.Import(t, "main", true, testgit.Commit{Message: "one"}, testgit.Commit{Message: "two"})
	want := map[string]string{}
	for _, state := range []string{"before", "after"} {
		for _, every := range []string{"", "commit"} {
			for _, indexes := range []string{"", t.TempDir()} {
				o := options{Repositories: []string{repo.Dir}, Query: "todo", JSON: true, Indexes: indexes, Every: every}
				if every == "" {
					o.At = []string{"2024-07-01", "2023-01-01"}
				}
				out, status, err := run(t, o)
				require.NoError(t, err)
				require.Zero(t, status, out)
				if state == "before" {
					want[every] = out
				}
				require.Equal(t, want[every], out)
			}
		}
		repo.Git(t, "fetch", "-q", "--depth=1", "--update-shallow", "file://"+other.Dir, "main:cut")
	}
	require.Contains(t, want[""], "absent")
}

func TestRun_IndexOfAShallowCloneThatWasDeepened(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	clone := testgit.New(t)
	clone.Git(t, "fetch", "-q", "--depth=2", "file://"+repo.Dir, "main:main")
	o := options{Repositories: []string{clone.Dir}, Query: "todo", At: []string{"2024-07-01", "2024-02-15"}, JSON: true, Indexes: t.TempDir()}
	out, code, err := run(t, o)
	require.NoError(t, err)
	require.Equal(t, 1, code)
	require.Equal(t, "failed", decode(t, out)[1]["outcome"])
	clone.Git(t, "fetch", "-q", "--unshallow", "file://"+repo.Dir)
	out, code, err = run(t, o)
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, "counted", decode(t, out)[1]["outcome"])
}
