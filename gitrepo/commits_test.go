package gitrepo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/internal/testgit"
)

func TestAsOf_EqualsRevList(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		dir := filepath.Join(base, fmt.Sprint(n))
		defer os.RemoveAll(dir)
		repo := testgit.Init(rt, dir, "sha1")
		var commits []testgit.Commit
		when := testgit.Epoch
		for i := range rapid.IntRange(1, 12).Draw(rt, "commits") {
			when = when.Add(time.Duration(rapid.IntRange(-48, 72).Draw(rt, "hours")) * time.Hour)
			c := testgit.Commit{Time: when, Message: fmt.Sprint(i)}
			if i > 1 && rapid.Bool().Draw(rt, "merge") {
				c.Parents = []int{rapid.IntRange(0, i-2).Draw(rt, "first"), i - 1}
			}
			commits = append(commits, c)
		}
		ids := repo.Import(rt, "main", false, commits...)
		if dates := rapid.SliceOfN(rapid.SampledFrom(testgit.OddDates), 0, 4).Draw(rt, "odd dates"); len(dates) > 0 {
			step := rapid.IntRange(1, 4).Draw(rt, "of each")
			ids = repo.Rewrite(rt, "main", ids, testgit.As{
				Mode: func(string, string) string { return "" },
				Date: func(i int) (string, bool) { return dates[i%len(dates)], i%step == 0 },
			})
		}
		r, err := Open(t.Context(), dir)
		require.NoError(rt, err)
		tip := OID(ids[len(ids)-1])
		all, err := r.FirstParents(t.Context(), tip, "")
		require.NoError(rt, err)
		for range 3 {
			at := testgit.Epoch.Add(time.Duration(rapid.IntRange(-100, 300).Draw(rt, "at")) * time.Hour)
			if rapid.IntRange(0, 4).Draw(rt, "far") == 0 {
				// With --before, git reads only dates up to the year 2099.
				at = time.Unix(rapid.SampledFrom([]int64{1, 1 << 31, 4_000_000_000}).Draw(rt, "second"), 0).UTC()
			}
			want := repo.Git(rt, "rev-list", "-1", "--first-parent", "--before="+at.Format(time.RFC3339), "main")
			got, ok := AsOf(all, at)
			require.Equal(rt, OID(want), got.ID)
			require.Equal(rt, want != "", ok)

			since, err := r.FirstParentsSince(t.Context(), tip, at)
			require.NoError(rt, err)
			again, _ := AsOf(since, at)
			require.Equal(rt, got, again)
		}
	})
}

func TestFirstParents_EndsBeforeStop(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true,
		testgit.Commit{}, testgit.Commit{}, testgit.Commit{}, testgit.Commit{Parents: []int{0}, Message: "other line"})
	r := open(t, repo.Dir)
	names := func(stop string) string {
		commits, err := r.FirstParents(t.Context(), OID(ids[2]), OID(stop))
		require.NoError(t, err)
		var s []string
		for _, c := range commits {
			for i, id := range ids {
				if OID(id) == c.ID {
					s = append(s, fmt.Sprint(i))
				}
			}
		}
		return strings.Join(s, " ")
	}
	require.Equal(t, "2 1 0", names(""))
	require.Equal(t, "2 1", names(ids[0]))
	require.Equal(t, "", names(ids[2]))
	require.Equal(t, "2 1 0", names(ids[3]), "history was rewritten: stop is not in it")

	_, err := r.FirstParents(t.Context(), OID(strings.Repeat("12", 20)), "")
	require.Error(t, err)
	require.ErrorContains(t, err, "rev-list", "the error names git's subcommand")
}

func TestFirstParents_OfAShallowClone(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Import(t, "main", true, testgit.Commit{}, testgit.Commit{}, testgit.Commit{})
	clone := filepath.Join(t.TempDir(), "clone.git")
	plainGit(t, ".", "clone", "-q", "--bare", "--depth=2", "file://"+repo.Dir, clone)
	r := open(t, clone)
	_, tip, err := r.DefaultBranch(t.Context())
	require.NoError(t, err)
	commits, err := r.FirstParents(t.Context(), tip, "")
	require.NoError(t, err)
	require.Len(t, commits, 2)
	early, err := r.EndsEarly(t.Context(), commits[1].ID)
	require.NoError(t, err)
	require.True(t, early)
}

// A fetch of one branch with --depth makes the repository a shallow clone, but cuts the history of
// only that branch.
func TestFirstParents_OfAShallowCloneWithAWholeBranch(t *testing.T) {
	t.Parallel()
	other := testgit.New(t)
	other.Import(t, "main", true, testgit.Commit{}, testgit.Commit{}, testgit.Commit{})
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true, testgit.Commit{Message: "one"}, testgit.Commit{Message: "two"})
	repo.Git(t, "fetch", "-q", "--depth=1", "--update-shallow", "file://"+other.Dir, "main:cut")
	r := open(t, repo.Dir)
	require.True(t, r.shallow)
	for id, want := range map[string]bool{ids[0]: false, repo.Git(t, "rev-parse", "cut"): true} {
		early, err := r.EndsEarly(t.Context(), OID(strings.TrimSpace(id)))
		require.NoError(t, err)
		require.Equal(t, want, early)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true,
		testgit.Commit{Author: "Bo B <bo@example.com>", Message: "first line\n\nbody\n"},
		testgit.Commit{Message: ""}, testgit.Commit{Message: "third"})
	r := open(t, repo.Dir)
	got, err := r.Describe(t.Context(), []OID{OID(ids[0]), OID(ids[2]), OID(ids[1])})
	require.NoError(t, err)
	require.Equal(t, []Description{
		{"Bo B <bo@example.com>", "first line"}, {"Ann Author <ann@example.com>", "third"}, {"Ann Author <ann@example.com>", ""},
	}, got)
}
