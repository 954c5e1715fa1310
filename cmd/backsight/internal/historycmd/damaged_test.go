package historycmd

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// A loose object that holds another object's content is damaged, although git reads it.
func TestRun_ALooseObjectWithTheContentOfAnother(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, testgit.Epoch, map[string]string{"a.go": "TODO\n", "b.go": "TODO TODO TODO\n"})
	one, three := repo.ObjectAt(t, "main:a.go"), repo.ObjectAt(t, "main:b.go")
	text, err := os.ReadFile(repo.ObjectPath(three))
	require.NoError(t, err)
	repo.RemoveObject(t, one)
	require.NoError(t, os.WriteFile(repo.ObjectPath(one), text, 0o644))
	for _, index := range []string{"", filepath.Join(t.TempDir(), "indexes")} {
		for range 2 {
			out, status, err := run(t, options{Repositories: []string{repo.Dir}, JSON: true, Query: "TODO", At: []string{"2024-07-01"}, Indexes: index})
			require.NoError(t, err)
			require.Equal(t, 1, status)
			line := decode(t, out)[0]
			require.Equal(t, "partial", line["outcome"])
			require.Equal(t, "corrupt object", line["code"])
			require.EqualValues(t, 3, line["value"])
			require.Contains(t, line["reason"], "the stored content is that of object "+three)
		}
	}
}

// The query has a condition on a file that cannot be read. So no count is known, and each commit
// may have changed it.
func TestRun_EveryCommitWithAConditionThatIsNotKnown(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	for i, text := range []string{"TODO\n", "TODO TODO\n", "TODO TODO\n"} {
		repo.Commit(t, testgit.Epoch.Add(time.Duration(i)*time.Hour), map[string]string{"a.go": text, "go.mod": "module x\n"})
	}
	repo.RemoveObject(t, repo.ObjectAt(t, "main:go.mod"))
	for query, want := range map[string]int{"TODO": 2, "TODO repo:has.file(path:go.mod content:module)": 3} {
		out, status, err := run(t, options{Repositories: []string{repo.Dir}, JSON: true, Query: query + " file:a.go", Every: "commit"})
		require.NoError(t, err)
		lines := decode(t, out)
		require.Len(t, lines, want, query)
		for _, line := range lines {
			require.Equal(t, want == 3, line["outcome"] == "partial", query)
		}
		require.Equal(t, want == 3, status == 1, query)
	}
}
