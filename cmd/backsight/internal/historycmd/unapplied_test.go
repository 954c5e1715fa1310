package historycmd

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// Grafts and replace refs change no number, whether they are made before or after the index. A
// notice names them.
func TestRun_GraftsAndReplaceRefsAreNotApplied(t *testing.T) {
	t.Parallel()
	clean, _ := testRepo(t)
	for _, change := range []struct {
		note string
		make func(repo *testgit.Repo, ids []string)
	}{
		{"grafts (info/grafts)", func(repo *testgit.Repo, ids []string) {
			require.NoError(t, os.MkdirAll(filepath.Join(repo.Dir, "info"), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, "info", "grafts"), []byte(ids[4]+" "+ids[0]+"\n"+ids[0]+" "+ids[3]+"\n"), 0o644))
		}},
		{"replace refs (git replace -l)", func(repo *testgit.Repo, ids []string) {
			repo.Git(t, "replace", repo.ObjectAt(t, "main:a.go"), repo.ObjectAt(t, "main:b.go"))
			repo.Git(t, "replace", ids[4], ids[0])
		}},
	} {
		repo, ids := testRepo(t)
		before, after := filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")
		for _, o := range []options{
			{Query: "TODO"}, {Query: "TODO", Every: "commit"}, {Query: "type:commit o"}, {Query: "type:commit o", Every: "commit"}, {Query: "type:diff TODO", At: []string{"2024-07-01"}},
		} {
			o.JSON = true
			// search returns the output without the notices, and the notices of the first line.
			search := func(repo *testgit.Repo, indexes string) (string, string) {
				o.Repositories, o.Indexes, o.Now = []string{repo.Dir}, indexes, now
				var stdout, stderr bytes.Buffer
				complete, err := countHistory(t.Context(), o, &stdout, &stderr)
				require.NoError(t, err)
				require.True(t, complete, stdout.String())
				out := bytes.ReplaceAll(stdout.Bytes(), []byte(repo.Dir), []byte("R"))
				notices := regexp.MustCompile(`,"notices":\[[^]]*\]`)
				return string(notices.ReplaceAll(out, nil)), string(notices.Find(out))
			}
			require.NoError(t, os.RemoveAll(filepath.Join(repo.Dir, "info")))
			require.NoError(t, os.RemoveAll(filepath.Join(repo.Dir, "refs", "replace")))
			want, told := search(clean, "")
			require.Empty(t, told)
			got, _ := search(repo, before)
			require.Equal(t, want, got)
			change.make(repo, ids)
			for _, indexes := range []string{"", before, after, after} {
				got, told := search(repo, indexes)
				require.Equal(t, want, got, o.Query)
				require.Contains(t, told, "has "+change.note+", which are not applied")
			}
		}
	}
}
