package index

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/match"
)

// TestCandidates_OfLongAlternations checks that an alternation of rare words rules blobs out, and
// that one of words that nearly every blob contains is given up early.
func TestCandidates_OfLongAlternations(t *testing.T) {
	t.Parallel()
	const files, words = 100, 64
	repo := testgit.New(t)
	var changes []testgit.Change
	word := func(kind string, i int) string { return fmt.Sprintf("%s%03dx", kind, i) }
	for f := range files {
		var text strings.Builder
		fmt.Fprintln(&text, word("rare", f))
		for i := range 8 {
			fmt.Fprintln(&text, word("common", (f+i*7)%words))
		}
		changes = append(changes, testgit.Change{Path: fmt.Sprint(f), Content: text.String()})
	}
	tip := gitrepo.OID(repo.Import(t, "main", true, testgit.Commit{Changes: changes})[0])
	r, err := gitrepo.Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.idx")
	_, err = Update(t.Context(), r, tip, path)
	require.NoError(t, err)
	x, err := Open(path)
	require.NoError(t, err)
	defer x.Close()

	any := func(kind string, n int) match.Requirement {
		parts := make([]match.Requirement, n)
		for i := range parts {
			parts[i] = match.Requirement{Kind: match.RequireText, Text: word(kind, i)}
		}
		return match.Requirement{Kind: match.RequireAny, Parts: parts}
	}
	set, all, ok, err := x.Candidates(any("rare", 20), maxText)
	require.NoError(t, err)
	require.True(t, ok)
	require.False(t, all)
	require.GreaterOrEqual(t, set.count(), 20)
	require.Less(t, set.count(), files/2)

	_, all, ok, err = x.Candidates(any("common", words), maxText)
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, all)
}
