package historycmd

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

func TestRun_IndexesChangeNoResult(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	indexes := filepath.Join(t.TempDir(), "indexes")
	for _, o := range []options{
		{Query: "TODO case:yes", JSON: true},
		{Query: "TODO case:yes", JSON: true, Every: "commit"},
		{Query: "TODO case:yes", JSON: true, Rev: "main~2"},
		{Query: `patterntype:regexp TODO\((\w+)\)`, JSON: true, ByValue: true},
	} {
		o.Repositories = []string{repo.Dir}
		cold, status, err := run(t, o)
		require.NoError(t, err)
		require.Zero(t, status)
		o.Indexes = indexes
		for range 2 { // creates the index, then finds it
			warm, status, err := run(t, o)
			require.NoError(t, err)
			require.Zero(t, status)
			require.Equal(t, cold, warm)
		}
	}
	files, err := os.ReadDir(indexes)
	require.NoError(t, err)
	require.Len(t, files, 2, "one for the default branch, one for main~2")

	// A new commit extends the index, and a damaged index is replaced.
	repo.Import(t, "main", true, testgit.Commit{Time: time.Date(2024, 7, 10, 0, 0, 0, 0, time.UTC), Changes: []testgit.Change{{Path: "new.go", Content: "TODO"}}})
	o := options{Repositories: []string{repo.Dir}, Query: "TODO", JSON: true}
	cold, _, err := run(t, o)
	require.NoError(t, err)
	o.Indexes = indexes
	for _, file := range files {
		warm, _, err := run(t, o)
		require.NoError(t, err)
		require.Equal(t, cold, warm)
		require.NoError(t, os.WriteFile(filepath.Join(indexes, file.Name()), []byte("nonsense"), 0o644))
	}
}

func TestRun_ReportsAnIndexThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	indexes := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(indexes, indexName(repo.Dir, ""), "a folder in the place of the file"), 0o755))
	out, status, err := run(t, options{Repositories: []string{repo.Dir}, Query: "TODO", JSON: true, Indexes: indexes})
	require.NoError(t, err)
	require.Equal(t, 1, status)
	require.Contains(t, out, "is a directory")

	// A history that cannot have an index is searched without one.
	damaged := testgit.New(t)
	damaged.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{{Path: "d/a", Content: "TODO"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "d/a", Delete: true}, {Path: "b", Content: "TODO"}}})
	damaged.RemoveObject(t, damaged.ObjectAt(t, "main~1:d"))
	out, status, err = run(t, options{Repositories: []string{damaged.Dir}, Query: "TODO", JSON: true, At: []string{"2030-01-01"}, Indexes: t.TempDir()})
	require.NoError(t, err)
	require.Zero(t, status)
	require.Contains(t, out, `"value":1`)
}
