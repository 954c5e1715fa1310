package gitrepo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// replaceBy stores the file of another loose object under the id of an object.
func replaceBy(t *testing.T, repo *testgit.Repo, id, other string) {
	t.Helper()
	text, err := os.ReadFile(repo.ObjectPath(other))
	require.NoError(t, err)
	repo.RemoveObject(t, id)
	require.NoError(t, os.MkdirAll(filepath.Dir(repo.ObjectPath(id)), 0o755))
	require.NoError(t, os.WriteFile(repo.ObjectPath(id), text, 0o644))
}

func TestObjects_ALooseObjectWithTheContentOfAnotherIsCorrupt(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		repo := testgit.Init(t, filepath.Join(t.TempDir(), "r"), format)
		repo.Commit(t, testgit.Epoch, map[string]string{"a": "one", "b": "two", "d/c": "three"})
		for _, row := range []struct{ id, other string }{{"main:a", "main:b"}, {"main:d", "main^{tree}"}, {"main", "main:a"}} {
			id, other := repo.ObjectAt(t, row.id), repo.ObjectAt(t, row.other)
			text, err := os.ReadFile(repo.ObjectPath(id))
			require.NoError(t, err)
			replaceBy(t, repo, id, other)
			var got []Object
			read := func(maxSize int64) {
				got = nil
				objects, err := open(t, repo.Dir).Objects()
				require.NoError(t, err)
				defer objects.Close()
				hash, _ := HashOf(OID(id))
				require.NoError(t, objects.Read(t.Context(), []Hash{hash}, ReadOptions{Workers: 1, MaxSize: maxSize}, func(_, _ int, o *Object) error {
					got = append(got, *o)
					return nil
				}))
			}
			// With the limit 1, the object is too large, and is still verified.
			for _, maxSize := range []int64{0, 1} {
				read(maxSize)
				require.Equal(t, []Object{{Problem: Corrupt, Detail: "the stored content is that of object " + other}}, got, row.id)
			}
			require.NoError(t, os.WriteFile(repo.ObjectPath(id), text, 0o644))
			read(0)
			require.Empty(t, got[0].Problem)
		}
	}
}

// A walk through a commit that holds another commit's content would continue with wrong parents.
func TestFirstParents_FailAtALooseCommitWithTheContentOfAnother(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		repo := testgit.Init(t, filepath.Join(t.TempDir(), "r"), format)
		ids := repo.Import(t, "main", false, make([]testgit.Commit, 6)...)
		text, err := os.ReadFile(repo.ObjectPath(ids[3]))
		require.NoError(t, err)
		replaceBy(t, repo, ids[3], ids[1])
		for _, r := range []*Repo{open(t, repo.Dir), slowly(t, open(t, repo.Dir))} {
			_, err = r.FirstParents(t.Context(), OID(ids[5]), "")
			require.ErrorContains(t, err, "commit "+ids[3]+": corrupt object: the stored content is that of object "+ids[1])
			newer, err := r.FirstParents(t.Context(), OID(ids[5]), OID(ids[4]))
			require.NoError(t, err)
			require.Len(t, newer, 1)
			_, err = r.FirstParents(t.Context(), OID(ids[3]), "")
			require.Error(t, err)
		}

		// git prefers a pack.
		replaceBy(t, repo, ids[3], ids[1])
		require.NoError(t, os.WriteFile(repo.ObjectPath(ids[3]), text, 0o644))
		repo.Git(t, "repack", "-a", "-q")
		replaceBy(t, repo, ids[4], ids[1])
		commits, err := slowly(t, open(t, repo.Dir)).FirstParents(t.Context(), OID(ids[5]), "")
		require.NoError(t, err)
		require.Len(t, commits, 6)
	}
}
