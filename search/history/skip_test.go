package history

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// The trees of folders without a file that the query wants are not read, so damage in them does not
// matter.
func TestSearch_ReadsOnlyFoldersThatMatter(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{
		{Path: "a", Content: "TODO"}, {Path: "b/c/x", Content: "TODO"}, {Path: "b/d/x", Content: "TODO TODO"}, {Path: "vendor/e/y", Content: "TODO"},
	}})
	commit := repo.Git(t, "rev-parse", "main")
	repo.RemoveObject(t, repo.ObjectAt(t, "main:vendor/e"))
	for _, row := range []struct {
		query        string
		value, trees int64
		faults       int
	}{
		{"TODO", 4, 6, 1}, // one of the six is missing
		{"TODO file:x$", 3, 6, 1},
		{"TODO file:^a$", 1, 1, 0},
		{"TODO file:^b/", 3, 4, 0},
		{"TODO file:^b/d/", 2, 3, 0},
		{"TODO -file:^vendor/", 4, 4, 0},
		{"TODO file:^a$ repo:has.path(^b/c/x)", 1, 3, 0},
		{"TODO file:^a$ repo:has.path(x$)", 1, 6, 1},
	} {
		results, stats := searchAll(t, repo, compile(t, row.query, false), 1, commit)
		require.Equal(t, row.value, results[0].Value, row.query)
		require.Len(t, results[0].Faults, row.faults, row.query)
		require.Equal(t, row.trees, stats.Trees, row.query)
	}
}
