package gitrepo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// Replace refs and grafts change neither the history nor contents, and Unapplied names them.
func TestUnapplied_ReplaceRefsAndGraftsAreIgnored(t *testing.T) {
	t.Parallel()
	const not = ", which are not applied: the history is counted as it was pushed"
	graft := func(repo *testgit.Repo, text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(repo.Dir, "info"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, "info", "grafts"), []byte(text), 0o644))
	}
	for name, row := range map[string]struct {
		change func(repo *testgit.Repo, ids []string)
		note   string
	}{
		"nothing":      {func(*testgit.Repo, []string) {}, ""},
		"empty grafts": {func(repo *testgit.Repo, _ []string) { graft(repo, "# none\n\n") }, ""},
		"grafts":       {func(repo *testgit.Repo, ids []string) { graft(repo, ids[3]+" "+ids[1]+"\n") }, "the repository has grafts (info/grafts)" + not},
		"a graft ends": {func(repo *testgit.Repo, ids []string) { graft(repo, ids[2]+"\n") }, "the repository has grafts (info/grafts)" + not},
		"replaced":     {func(repo *testgit.Repo, ids []string) { repo.Git(t, "replace", ids[2], ids[0]) }, "the repository has replace refs (git replace -l)" + not},
		"packed": {func(repo *testgit.Repo, ids []string) {
			repo.Git(t, "replace", "--graft", ids[2], ids[0])
			repo.Git(t, "pack-refs", "--all")
		}, "the repository has replace refs (git replace -l)" + not},
		"both": {func(repo *testgit.Repo, ids []string) {
			graft(repo, ids[2]+"\n")
			repo.Git(t, "replace", ids[2], ids[0])
		}, "the repository has replace refs (git replace -l) and grafts (info/grafts)" + not},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := testgit.New(t)
			ids := repo.Import(t, "main", false, make([]testgit.Commit, 4)...)
			row.change(repo, ids)
			for _, r := range []*Repo{open(t, repo.Dir), slowly(t, open(t, repo.Dir))} {
				note, err := r.Unapplied(t.Context())
				require.NoError(t, err)
				require.Equal(t, row.note, note)
				commits, err := r.FirstParents(t.Context(), OID(ids[3]), "")
				require.NoError(t, err)
				var got []string
				for _, c := range commits {
					got = append(got, string(c.ID))
				}
				require.Equal(t, []string{ids[3], ids[2], ids[1], ids[0]}, got)
				parent, err := r.FirstParent(t.Context(), OID(ids[2]))
				require.NoError(t, err)
				require.Equal(t, OID(ids[1]), parent)
			}
		})
	}
}
