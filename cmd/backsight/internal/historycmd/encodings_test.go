package historycmd

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// Commits are searched and printed in UTF-8, whatever their encoding and the configuration of the
// repository, and those that match are those that git log finds.
func TestRun_CommitsInOtherEncodings(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	tree := repo.RawObject(t, "tree", "")
	var parents []string
	add := func(encoding, name, message string) {
		lines := "author " + name + " <a@b> 1000 +0000\ncommitter C <c@d> 1000 +0000\n"
		if encoding != "" {
			lines += "encoding " + encoding + "\n"
		}
		parents = []string{repo.RawCommit(t, tree, parents, lines, message)}
		repo.Git(t, "update-ref", "refs/heads/main", parents[0])
	}
	add("", "René", "café one\n")
	add("ISO-8859-1", "Ren\xe9", "caf\xe9 two\n\nbody\n")
	add("UTF-8", "Zoë", "Café three\n")
	add("EUC-JP", "\xc6\xfc\xcb\xdc", "\xc6\xfc\xcb\xdc four\n")
	add("no-such-encoding", "Ren\xe9", "caf\xe9 five\n")
	indexes := filepath.Join(t.TempDir(), "indexes")
	for _, config := range []string{"", "i18n.commitEncoding=ISO-8859-1", "i18n.logOutputEncoding=UTF-16"} {
		if name, value, ok := strings.Cut(config, "="); ok {
			repo.Git(t, "config", name, value)
		}
		for _, row := range []struct{ query, git string }{
			{"type:commit café", "--grep=caf(é|É)"},
			{"type:commit 日本", "--grep=日本"},
			{"type:commit three", "--grep=three"},
			{"type:commit author:rené", "--author=ren(é|É)"},
			{"type:commit author:日本", "--author=日本"},
		} {
			want := strings.Fields(repo.Git(t, "log", "--encoding=UTF-8", "-i", "-E", "--format=%H", row.git, "main"))
			require.NotEmpty(t, want)
			for _, index := range []string{"", indexes} {
				out, status, err := run(t, options{Repositories: []string{repo.Dir}, JSON: true, Every: "commit", Query: row.query, Indexes: index})
				require.NoError(t, err)
				require.Zero(t, status, out)
				var found []string
				for _, line := range decode(t, out) {
					found = append(found, line["commit"].(string))
				}
				require.Equal(t, want, found, "%s %s", config, row.query)
				out, _, err = run(t, options{Repositories: []string{repo.Dir}, JSON: true, At: []string{"2024-01-01"}, Query: row.query, Indexes: index})
				require.NoError(t, err)
				require.EqualValues(t, len(want), decode(t, out)[0]["value"], "%s %s", config, row.query)
			}
		}
		out, _, err := run(t, options{Repositories: []string{repo.Dir}, JSON: true, Every: "commit", Query: "type:commit author:a@b"})
		require.NoError(t, err)
		var told []string
		for _, line := range decode(t, out) {
			told = append(told, line["author"].(string)+" "+line["subject"].(string))
		}
		require.Equal(t, []string{"Ren\ufffd <a@b> caf\ufffd five", "日本 <a@b> 日本 four", "Zoë <a@b> Café three", "René <a@b> café two", "René <a@b> café one"}, told, config)
	}
}
