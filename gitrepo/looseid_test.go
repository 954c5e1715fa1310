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

// A walk through a commit that holds another commit's content would continue with wrong parents, so
// it ends before this commit.
func TestFirstParents_EndAtALooseCommitWithTheContentOfAnother(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		repo := testgit.Init(t, filepath.Join(t.TempDir(), "r"), format)
		ids := repo.Import(t, "main", false, make([]testgit.Commit, 6)...)
		text, err := os.ReadFile(repo.ObjectPath(ids[3]))
		require.NoError(t, err)
		replaceBy(t, repo, ids[3], ids[1])
		for _, r := range []*Repo{open(t, repo.Dir), slowly(t, open(t, repo.Dir))} {
			known, err := r.FirstParents(t.Context(), OID(ids[5]), "")
			require.Len(t, known, 2)
			require.NotNil(t, AsBrokenHistory(err))
			require.Equal(t, OID(ids[3]), AsBrokenHistory(err).Parent)
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

// git takes commits from a commit-graph, even if it cannot read their objects. The history still
// ends before such a commit, and such a commit has no description.
func TestFirstParents_WithACommitGraph(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", false, make([]testgit.Commit, 6)...)
	repo.Git(t, "commit-graph", "write", "--reachable")
	repo.CorruptObject(t, ids[3])
	known, err := slowly(t, open(t, repo.Dir)).FirstParents(t.Context(), OID(ids[5]), "")
	require.Len(t, known, 2)
	require.NotNil(t, AsBrokenHistory(err))
	require.Equal(t, []OID{OID(ids[4]), OID(ids[3])}, []OID{AsBrokenHistory(err).Child, AsBrokenHistory(err).Parent})

	repo.RemoveObject(t, ids[2])
	all := []OID{OID(ids[5]), OID(ids[4]), OID(ids[3]), OID(ids[2]), OID(ids[1])}
	described, err := open(t, repo.Dir).Describe(t.Context(), all)
	require.NoError(t, err)
	whole := described[0]
	require.NotEmpty(t, whole.Author)
	require.Equal(t, []Description{whole, whole, {}, {}, whole}, described)
}
