package gitrepo

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// unusualCommitters are committer lines that git does not write today, but that exist.
var unusualCommitters = []string{
	"C <c@d> 0 +0000", "C <c@d> 00000000001234 +0000", "C <c@d> 1234", "C <c@d> 1234 +99999", "C <c@d> 1234 bad", "C <c@d> 1234 -2400",
	"C <c@d>1234 +0000", "C <c@d> \t1234 +0000", "C <c@d> +77 +0000", "C <c@d> 12abc +0000", "C <c@d> 0x10 +0000",
	"C > D <c@d> 1234 +0000", "C <c@>d> 1234 +0000", "C c@d 5 +0000", "C <c@d>", "C <c@d> ", "C <c@d> abc +0000", "",
	"C <c@d> -1 +0000", "C <c@d> -3600 +0100", "C <c@d> 18446744073709548016 +0100",
	"C <c@d> 2147483647 +0000", "C <c@d> 2147483648 +0000", "C <c@d> 4294967295 +0000", "C <c@d> 4294967296 +0000", "C <c@d> 17179869189 +0000",
	"C <c@d> 253402300798 +0000", "C <c@d> 253402300799 +0000", "C <c@d> 253402300800 +0000", "C <c@d> 9223371974719179007 +0000",
	"C <c@d> 9223372036854775807 +0000", "C <c@d> 9223372036854775808 +0000", "C <c@d> 18446744073709551615 +0000",
	"C <c@d> 18446744073709551616 +0000", "C <c@d> 99999999999999999999999 +0000", "C <c@d> -99999999999999999999999 +0000",
}

// A commit with an unusual committer line has the time that git reads, wherever the commit is in a
// history, and the other commits have their usual times.
func TestCommitTimes_EqualGit(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	tree := repo.RawObject(t, "tree", "")
	commit := func(committer string, parents ...string) string {
		return repo.RawCommit(t, tree, parents, "author A <a@b> 1700000000 +0000\ncommitter "+committer+"\n", "m\n")
	}
	usual := func(i int, parents ...string) string {
		return commit(fmt.Sprintf("C <c@d> %d +0000", 1000000000+i), parents...)
	}
	r := open(t, repo.Dir)
	parents, merged := usual(0), usual(0)
	for i, line := range unusualCommitters {
		requireTimesOfGit(t, repo, r, commit(line, usual(0)), line)
		parents = usual(2*i+1, commit(line, parents))
		merged = usual(2*i+1, merged, commit(line, merged), commit(line))
	}
	requireTimesOfGit(t, repo, r, parents, "parents", 0, 1234, 1000000020, 1000000499, 4294967296, 253402300797)
	requireTimesOfGit(t, repo, r, merged, "merged", 0, 1000000020, 1000000499, 4294967296)
	repo.Git(t, "update-ref", "refs/heads/main", parents)
	repo.Git(t, "repack", "-a", "-d", "-q")
	requireTimesOfGit(t, repo, open(t, repo.Dir), parents, "packed", 1000000020)
}

// requireTimesOfGit compares the history of tip with git's, and the commits as of some times.
func requireTimesOfGit(t *testing.T, repo *testgit.Repo, r *Repo, tip, name string, times ...int64) {
	t.Helper()
	var want []Commit
	for line := range strings.Lines(repo.Git(t, "rev-list", "--first-parent", "--timestamp", tip)) {
		seconds, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		unix, err := strconv.ParseUint(seconds, 10, 64)
		require.NoError(t, err)
		at := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
		if unix < 253402300799 {
			at = time.Unix(int64(unix), 0).UTC()
		}
		want = append(want, Commit{ID: OID(id), Time: at})
	}
	got, err := r.FirstParents(t.Context(), OID(tip), "")
	require.NoError(t, err, name)
	require.Equal(t, want, got, name)
	for _, at := range times {
		asOf := repo.Git(t, "rev-list", "-1", "--first-parent", fmt.Sprintf("--before=@%d +0000", at), tip)
		since, err := r.FirstParentsSince(t.Context(), OID(tip), time.Unix(at, 0))
		require.NoError(t, err, name)
		found, _ := AsOf(since, time.Unix(at, 0))
		require.Equal(t, OID(asOf), found.ID, "%s at %d", name, at)
	}
}

func TestFetch_WritesNoCommitGraph(t *testing.T) {
	t.Parallel()
	remote := testgit.New(t)
	remote.Commit(t, testgit.Epoch, map[string]string{"a": "1"})
	r, err := CloneMirror(t.Context(), remote.Dir, filepath.Join(t.TempDir(), "m"))
	require.NoError(t, err)
	mirror := &testgit.Repo{Dir: r.Dir()}
	mirror.Git(t, "config", "gc.auto", "1")
	mirror.Git(t, "config", "gc.autoPackLimit", "1")
	for i := range 3 {
		remote.Commit(t, testgit.Epoch.Add(time.Duration(i+1)*time.Hour), map[string]string{"a": fmt.Sprint(i)})
		require.NoError(t, r.Fetch(t.Context()))
	}
	require.Len(t, mirror.Packs(t), 1, "the garbage collection ran")
	_, err = os.Stat(filepath.Join(r.Dir(), "objects", "info", "commit-graph"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
