package gitrepo

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// A walk that reaches a missing or damaged commit returns the commits that it read before, and
// gives no error if it needs no others.
func TestBrokenHistories(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		format     string
		length, at int // the number of commits, and of those before the broken one
		problem    Problem
	}{
		{"sha1", 6, 0, Missing},
		{"sha1", 6, 2, Missing},
		{"sha1", 6, 2, Corrupt},
		{"sha1", 6, 4, Missing}, // the parent of the tip
		{"sha1", 2 * plainWalkLength, 5, Missing},
		{"sha1", 2 * plainWalkLength, 2*plainWalkLength - 3, Corrupt},
		{"sha256", 6, 2, Missing},
	} {
		t.Run(fmt.Sprint(row), func(t *testing.T) {
			t.Parallel()
			requireBrokenHistory(t, row.format, row.length, row.at, row.problem)
		})
	}
}

func requireBrokenHistory(t *testing.T, format string, length, at int, problem Problem) {
	repo := testgit.Init(t, t.TempDir()+"/r.git", format)
	ids := repo.Import(t, "main", false, make([]testgit.Commit, length)...)
	r, err := Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	tip := OID(ids[length-1])
	whole, err := r.FirstParents(t.Context(), tip, "")
	require.NoError(t, err)
	if problem == Missing {
		repo.RemoveObject(t, ids[at])
	} else {
		repo.CorruptObject(t, ids[at])
	}
	want := &BrokenHistory{Dir: repo.Dir, Child: OID(ids[at+1]), Parent: OID(ids[at]), Problem: problem}
	requireBroken := func(err error) {
		t.Helper()
		got := AsBrokenHistory(err)
		require.NotNil(t, got, "%v", err)
		require.ErrorContains(t, got.Err, ids[at], "git's words")
		bare := *got
		bare.Err = nil
		require.Equal(t, want, &bare)
	}
	known := whole[:length-1-at]

	got, err := r.FirstParents(t.Context(), tip, "")
	requireBroken(err)
	require.Empty(t, cmp.Diff(known, got))
	got, err = r.FirstParentsSince(t.Context(), tip, testgit.Epoch.AddDate(-1, 0, 0))
	requireBroken(err)
	require.Empty(t, cmp.Diff(known, got))
	for i, c := range known {
		got, err = r.FirstParentsSince(t.Context(), tip, c.Time)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(known[:i+1], got))
		got, err = r.FirstParents(t.Context(), tip, c.ID)
		require.NoError(t, err)
		require.Len(t, got, i)
		if i > 2 {
			break
		}
	}
	last := known[len(known)-1]
	got, err = r.FirstParents(t.Context(), tip, last.ID)
	require.NoError(t, err)
	require.Len(t, got, len(known)-1)
	got, err = r.FirstParentsSince(t.Context(), tip, last.Time)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(known, got))
	_, err = r.FirstParent(t.Context(), last.ID)
	requireBroken(err)
	_, err = r.FirstParents(t.Context(), OID(ids[at]), "")
	require.Error(t, err)
	require.Nil(t, AsBrokenHistory(err), "the tip itself cannot be read")
}
