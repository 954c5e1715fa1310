package historycmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
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

// A commit far back is missing or damaged. Samples at newer times are counted, and those at older
// times fail: without an index, with an index that was made after the damage, and after this index
// was extended. After a repair, no sample fails.
func TestRun_ABrokenHistoryFailsOnlyOlderTimes(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(*testgit.Repo, testgit.TB, string){
		"missing": (*testgit.Repo).RemoveObject, "corrupt": (*testgit.Repo).CorruptObject,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo, ids := testRepo(t)
			repo.Unpack(t)
			indexes := filepath.Join(t.TempDir(), "indexes")
			whole, err := os.ReadFile(repo.ObjectPath(ids[1]))
			require.NoError(t, err)
			damage(repo, t, ids[1]) // of 10 March

			times := []string{"2031-01-01", "2024-05-02", "2024-03-25", "2024-03-15", "2024-02-01", "2024-01-01"}
			files := func(more ...string) []string {
				return append(more, "counted 4", "counted 1", "counted 3", "failed", "failed", "failed")
			}
			outcomes := func(o options, want []string) {
				t.Helper()
				o.Repositories, o.JSON = []string{repo.Dir}, true
				if o.Every == "" {
					o.At = times
				}
				out, _, err := run(t, o)
				require.NoError(t, err)
				var got []string
				for _, line := range decode(t, out) {
					text := line["outcome"].(string)
					if text == "failed" {
						require.Contains(t, line["reason"], "its parent "+ids[1], "git is quoted")
						require.Contains(t, line["reason"], "git rev-list exited 128")
					} else {
						text += fmt.Sprintf(" %v", line["value"])
					}
					got = append(got, text)
				}
				require.Equal(t, want, got, "%+v", o)
			}
			all := func(indexes string) {
				t.Helper()
				outcomes(options{Query: "TODO", Indexes: indexes}, files())
				// The commit of 20 March changed nothing, but how many TODOs there were before it
				// is not known.
				outcomes(options{Query: "TODO", Indexes: indexes, Every: "commit"}, []string{"counted 4", "counted 1", "partial 3"})
				outcomes(options{Query: "type:commit author:ann", Indexes: indexes}, []string{"counted 1", "counted 1", "partial 1", "failed", "failed", "failed"})
				outcomes(options{Query: "type:commit author:ann", Indexes: indexes, Every: "commit"}, []string{"partial 3", "partial 2", "partial 1"})
			}
			all("")
			for range 2 {
				all(indexes)
			}
			repo.Import(t, "main", false, testgit.Commit{Time: time.Date(2024, 7, 10, 0, 0, 0, 0, time.UTC), Changes: []testgit.Change{{Path: "new.go", Content: "TODO"}}})
			times = append([]string{"2031-01-01", "2024-07-09"}, times[1:]...)
			for _, dir := range []string{"", indexes} {
				outcomes(options{Query: "TODO", Indexes: dir}, files("counted 5"))
			}

			require.NoError(t, os.RemoveAll(repo.ObjectPath(ids[1])))
			require.NoError(t, os.WriteFile(repo.ObjectPath(ids[1]), whole, 0o644))
			for _, dir := range []string{"", indexes} {
				outcomes(options{Query: "TODO", Indexes: dir}, []string{"counted 5", "counted 4", "counted 1", "counted 3", "counted 3", "counted 2", "absent 0"})
			}
		})
	}
}
