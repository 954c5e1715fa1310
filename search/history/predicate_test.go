package history

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/history/index"
)

// An object that cannot be read affects a predicate only if the other objects do not decide it.
func TestSearch_FaultsOfPredicates(t *testing.T) {
	t.Parallel()
	repo, ids := damaged(t) // in the oldest commit, d/b is missing: "TODO TODO"
	repo.RemoveObject(t, repo.ObjectAt(t, "main~2:d/b"))
	c := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
	c.update(ids[2])
	x, err := index.Open(c.path)
	require.NoError(t, err)
	defer x.Close()
	for _, row := range []struct {
		query string
		value int64
		fault bool
	}{
		{"TODO repohasfile:^a$", 2, true},
		{"TODO repohasfile:^d/b$", 2, true},
		{"TODO -repohasfile:^d/b$", 0, false},
		{"TODO repo:has.content(TODO)", 2, true},
		{"TODO file:^a$ repo:has.content(TODO)", 1, false},
		{"TODO file:^a$ -repo:has.content(TODO)", 0, false},
		{"TODO file:^a$ repo:has.content(nothing)", 0, true},
		{"TODO file:^a$ -repo:has.content(nothing)", 0, true},
		{"TODO file:^a$ repo:has.file(path:e/c content:nothing)", 0, false},
		{"TODO file:^a$ repo:has.file(path:d content:nothing)", 0, true},
		{"none file:^a$ repo:has.file(path:d content:nothing)", 0, false},
		{"select:repo file:^a$ -repo:has.file(path:b content:nothing)", 0, true},
		{"select:repo file:^a$ repo:has.file(path:b content:nothing) -repohasfile:c", 0, false},
	} {
		for _, x := range []*index.Index{nil, x} {
			results, _ := c.search(x, nil, compile(t, row.query, false), 0, 1, ids[:1])
			require.Equal(t, row.value, results[0].Value, row.query)
			require.Equal(t, row.fault, len(results[0].Faults) > 0, row.query)
			if row.fault {
				require.Len(t, results[0].Faults, 1, row.query)
				require.Equal(t, "d/b", results[0].Faults[0].Path, row.query)
			}
		}
	}
	// A folder that cannot be read may contain anything.
	repo, ids = damaged(t)
	repo.RemoveObject(t, repo.ObjectAt(t, "main~2:d"))
	for query, value := range map[string]int64{"TODO repohasfile:b": 0, "TODO -repohasfile:b": 0, "TODO repohasfile:^a": 1, "done file:x -repohasfile:b": 0} {
		results, _ := searchAll(t, repo, compile(t, query, false), 1, ids[0])
		require.Equal(t, value, results[0].Value, query)
		require.Len(t, results[0].Faults, 1, query)
		require.Equal(t, "d/", results[0].Faults[0].Path, query)
	}
	results, _ := searchAll(t, repo, compile(t, "TODO -repohasfile:^a", false), 1, ids[0])
	require.Equal(t, []Result{{Commit: results[0].Commit}}, results, "whatever is in d, the predicate does not hold")
}
