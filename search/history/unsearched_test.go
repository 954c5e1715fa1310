package history

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/index"
)

// Files whose names are those of texts, but that are binary, are named for the first commit: with
// an index as without one.
func TestSearch_NamesBinaryFilesWithNamesOfTexts(t *testing.T) {
	t.Parallel()
	utf16 := "T\x00O\x00D\x00O\x00" // without a byte order mark
	repo := testgit.New(t)
	commits := []string{
		repo.Commit(t, testgit.Epoch, map[string]string{"a.go": "TODO\n", "b.sql": utf16, "image.png": "PNG\x00"}),
		repo.Commit(t, testgit.Epoch.Add(time.Hour), map[string]string{
			"a.go": "TODO\x00", "b.sql": "TODO\n", "c/d/e.py": "x\x00", "c-/x.py": "y\x00", "vendor/v.go": "v\x00", "Makefile": "m\x00",
			"marked.sql": testgit.UTF16("TODO"), "same.rb": "x\x00", "empty.go": "", "image.png": "PNG\x00", "a.tar.gz": "z\x00", "noext": "n\x00",
		}),
		// An old content at a new path with the name of a text.
		repo.Commit(t, testgit.Epoch.Add(2*time.Hour), map[string]string{"z/now.go": "PNG\x00", "image.png": "PNG\x00", "a.go": "TODO\n"}),
		repo.Commit(t, testgit.Epoch.Add(3*time.Hour), map[string]string{
			"1.go": "1\x00", "2.go": "2\x00", "3.go": "3\x00", "4.go": "4\x00", "5.go": "5\x00", "6.go": "6\x00", "7.go": "7\x00",
		}),
	}
	one := []string{"b.sql"}
	// same.rb equals c/d/e.py, and is not listed.
	two := []string{"Makefile", "a.go", "c-/x.py", "c/d/e.py", "vendor/v.go"}
	three := []string{"Makefile", "c-/x.py", "c/d/e.py", "vendor/v.go", "z/now.go"}
	four := append([]string{"1.go", "2.go", "3.go", "4.go", "5.go", "6.go", "7.go"}, three...)
	notVendored := func(paths []string) []string {
		return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return path == "vendor/v.go" })
	}
	for query, want := range map[string][][]string{
		"TODO":                   {one, two, three, four},
		"nowhere":                {one, two, three, four},
		"NOT nowhere":            {one, two, three, four},
		"TODO repohasfile:a.png": {one, two, three, four},
		"TODO -file:^vendor/":    {one, notVendored(two), notVendored(three), notVendored(four)},
		"TODO file:py$":          {nil, two[2:4], two[2:4], two[2:4]},
		"TODO lang:sql":          {one, nil, nil, nil},
		"type:path go":           {nil, nil, nil, nil},
		"lang:go":                {nil, nil, nil, nil},
	} {
		m := compile(t, query, false)
		path := filepath.Join(t.TempDir(), "index")
		for i, c := range commits {
			opened, err := gitrepo.Open(t.Context(), repo.Dir)
			require.NoError(t, err)
			_, err = index.Update(t.Context(), opened, gitrepo.OID(c), path) // extends the index
			require.NoError(t, err)
			x, err := index.Open(path)
			require.NoError(t, err)
			defer x.Close()
			for how, x := range map[string]*index.Index{"cold": nil, "with an index": x} {
				var found Unsearched
				requested := []gitrepo.OID{gitrepo.OID(c)}
				if i > 0 {
					requested = append(requested, gitrepo.OID(commits[0]))
				}
				var stats Stats
				require.NoError(t, Search(t.Context(), Request{
					Repo: opened, Matcher: m, Commits: requested, Index: x, Unsearched: &found, Stats: &stats,
				}, func(Result) error { return nil }))
				require.Equal(t, x != nil, stats.Indexed)
				require.Equal(t, len(want[i]), found.Files, "%s, commit %d, %s", query, i, how)
				require.Equal(t, want[i][:min(5, len(want[i]))], found.Paths, "%s, commit %d, %s", query, i, how)
				require.Equal(t, gitrepo.OID(c), found.Commit, fmt.Sprint(query, i, how))
			}
		}
	}
}
