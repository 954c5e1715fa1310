package historycmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A repository whose branch is damaged has no value, with and without an index that was made before
// the damage.
func TestRun_DamagedRefsFail(t *testing.T) {
	t.Parallel()
	repo, _ := testRepo(t)
	indexes := filepath.Join(t.TempDir(), "indexes")
	all := []options{
		{Query: "TODO", JSON: true, At: []string{"2031-01-01T00:00:00Z"}},
		{Query: "TODO", JSON: true, At: []string{"2031-01-01T00:00:00Z"}, Indexes: indexes},
		{Query: "TODO", JSON: true, Every: "commit"},
		{Query: "TODO", JSON: true, Every: "commit", Indexes: indexes},
		{Query: "type:commit a", JSON: true, Every: "commit"},
	}
	for i := range all {
		all[i].Repositories = []string{repo.Dir}
		_, status, err := run(t, all[i])
		require.NoError(t, err)
		require.Zero(t, status)
	}
	require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, "refs/heads/main"), []byte(strings.Repeat("\x00", 41)), 0o644))
	for _, o := range all {
		out, status, err := run(t, o)
		require.NoError(t, err)
		require.Equal(t, 1, status)
		require.Equal(t, 1, strings.Count(out, "\n"), out)
		require.Contains(t, out, `"outcome":"failed","code":"unreadable repository"`)
		require.Contains(t, out, "warning: ignoring broken ref refs/heads/main")
		require.Contains(t, out, `"value":null`)
	}
}
