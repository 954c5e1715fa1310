package historycmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun_ATimeoutAlsoLimitsTheUpdateOfTheIndex(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	for _, every := range []string{"", "commit"} {
		indexes := filepath.Join(t.TempDir(), "indexes")
		o := options{Repositories: []string{repo.Dir}, Query: "TODO timeout:1ns", Every: every, Indexes: indexes}
		out, status, err := run(t, o)
		require.NoError(t, err)
		require.Equal(t, 1, status)
		require.Contains(t, out, "the query's timeout:1ns ended the search")
		if every == "" { // with --every commit, the timeout ends before the update begins
			require.Contains(t, out, "the update of the history index took longer than half of the query's timeout:1ns")
		}
		files, err := os.ReadDir(indexes)
		require.NoError(t, err)
		require.Empty(t, files, "nothing was written")

		o.Query = "TODO timeout:10m"
		out, _, err = run(t, o)
		require.NoError(t, err)
		require.NotContains(t, out, "history index")
		files, err = os.ReadDir(indexes)
		require.NoError(t, err)
		require.Len(t, files, 1)
	}
}
