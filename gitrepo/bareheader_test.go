package gitrepo

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// git reads the date 0 from a commit whose header is not followed by an empty line, whatever its
// committer's line says. Both ways of walking, with and without git, must agree with it.
func TestDateOfACommitThatIsOnlyAHeader(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{"no line feed": "", "one line feed": "\n", "an empty line": "\n\n", "a message": "\n\nm\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := testgit.New(t)
			parent := repo.Commit(t, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a": "TODO"})
			tree := repo.ObjectAt(t, parent+"^{tree}")
			tip := repo.RawObject(t, "commit", "tree "+tree+"\nparent "+parent+"\nauthor n <n@n> 1577836800 +0000\ncommitter n <n@n> 1590000000 +0000"+end)
			repo.Git(t, "update-ref", "refs/heads/main", tip)
			var want []string
			for line := range strings.Lines(repo.Git(t, "rev-list", "--first-parent", "--timestamp", "main")) {
				want = append(want, strings.TrimSpace(line))
			}
			r, err := Open(t.Context(), repo.Dir)
			require.NoError(t, err)
			commits, err := r.FirstParents(t.Context(), OID(tip), "")
			require.NoError(t, err)
			var got []string
			for _, c := range commits {
				got = append(got, fmt.Sprintf("%d %s", c.Time.Unix(), c.ID))
			}
			require.Equal(t, want, got)
		})
	}
}

// git cat-file calls an object missing whose loose file is empty, as after a power cut.
func TestAnEmptyLooseObjectIsCorrupt(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), map[string]string{"a": "TODO"})
	repo.Unpack(t)
	id := repo.ObjectAt(t, "main:a")
	require.NoError(t, os.Chmod(repo.ObjectPath(id), 0o644))
	require.NoError(t, os.Truncate(repo.ObjectPath(id), 0))
	r, err := Open(t.Context(), repo.Dir)
	require.NoError(t, err)
	problem, detail := problemOf(t.Context(), t, r, id)
	require.Equal(t, Corrupt, problem)
	require.Contains(t, detail, "empty")
}

func problemOf(ctx context.Context, t *testing.T, r *Repo, id string) (problem Problem, detail string) {
	t.Helper()
	objects, err := r.Objects()
	require.NoError(t, err)
	defer objects.Close()
	hash, ok := HashOf(OID(id))
	require.True(t, ok)
	require.NoError(t, objects.Read(ctx, []Hash{hash}, ReadOptions{Workers: 1}, func(_, _ int, object *Object) error {
		problem, detail = object.Problem, object.Detail
		return nil
	}))
	return problem, detail
}
