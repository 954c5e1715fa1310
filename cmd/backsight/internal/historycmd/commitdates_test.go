package historycmd

import (
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// Commits with dates that are negative, overflow or are no numbers do not harm the rest of the
// history: every form of a search sees all commits, with and without an index.
func TestRun_UnusualCommitDates(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	var parents []string
	indexes := filepath.Join(t.TempDir(), "indexes")
	var ids []string
	add := func(date, content string) {
		hash, err := hex.DecodeString(repo.RawObject(t, "blob", content))
		require.NoError(t, err)
		tree := repo.RawObject(t, "tree", "100644 a.go\x00"+string(hash))
		id := repo.RawCommit(t, tree, parents, "author A <a@b> 1700000000 +0000\ncommitter C <c@d> "+date+"\n", "fix "+date+"\n")
		parents, ids = []string{id}, append(ids, id)
		repo.Git(t, "update-ref", "refs/heads/main", id)
	}
	check := func() {
		t.Helper()
		dates := []any{"1970-01-01T00:16:40Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2004-09-16T23:59:59Z"}
		for _, index := range []string{"", indexes, indexes} {
			o := options{Repositories: []string{repo.Dir}, JSON: true, Indexes: index}
			o.Query, o.At = "TODO", []string{"2024-01-01T00:00:00Z", "1980-01-01", "1970-01-01"}
			out, status, err := run(t, o)
			require.NoError(t, err)
			require.Zero(t, status, out)
			lines := decode(t, out)
			tip := repo.Git(t, "rev-list", "-1", "--first-parent", "--before=2024-01-01T00:00:00Z", "main")
			require.Equal(t, tip, lines[0]["commit"])
			require.EqualValues(t, len(ids), lines[0]["value"])
			require.Equal(t, ids[3], lines[1]["commit"], "the first commit from the tip whose date is not later")
			require.Equal(t, ids[3], lines[2]["commit"])

			o.Query, o.At = "type:commit fix", []string{"2024-01-01T00:00:00Z"}
			out, status, err = run(t, o)
			require.NoError(t, err)
			require.Zero(t, status, out)
			require.EqualValues(t, len(ids), decode(t, out)[0]["value"])

			for _, query := range []string{"TODO", "type:commit fix"} {
				o.Query, o.At, o.Every, o.Until = query, nil, "commit", "2024-01-01T00:00:00Z"
				out, status, err = run(t, o)
				require.NoError(t, err)
				require.Zero(t, status, out)
				lines = decode(t, out)
				require.Len(t, lines, len(ids))
				for i, line := range lines {
					at := len(ids) - 1 - i
					require.Equal(t, ids[at], line["commit"])
					if at < len(dates) {
						require.Equal(t, dates[at], line["time"])
					}
				}
			}
		}
	}
	text := ""
	for _, date := range []string{"1000 +0000", "-3600 +0100", "99999999999999999999999 +0000", "yesterday", "1095379199 +0000"} {
		text += "TODO\n"
		add(date, text)
	}
	check()
	for _, date := range []string{"9223372036854775807 +0000", "1095379200 +0000"} {
		text += "TODO\n"
		add(date, text)
	}
	check()
}

// before: and after: include a commit at exactly the given time, as in git log.
func TestRun_DatesAreInclusive(t *testing.T) {
	t.Parallel()
	repo, ids := testRepo(t)
	for _, row := range []struct{ query, git string }{
		{"before:2024-03-20T12:00:00Z", "--before=2024-03-20T12:00:00Z"},
		{"before:2024-03-20T11:59:59Z", "--before=2024-03-20T11:59:59Z"},
		{"after:2024-03-20T12:00:00Z", "--after=2024-03-20T12:00:00Z"},
		{"after:2024-03-20T12:00:01Z", "--after=2024-03-20T12:00:01Z"},
		{"until:1710936000", "--until=1710936000"},
		{"since:2024-03-20T14:00:00+02:00", "--since=2024-03-20T14:00:00+02:00"},
	} {
		want := strings.Fields(repo.Git(t, "log", "--first-parent", "--format=%H", row.git, "main"))
		require.NotEmpty(t, want)
		require.Less(t, len(want), len(ids))
		for _, index := range []string{"", filepath.Join(t.TempDir(), "indexes")} {
			o := options{Repositories: []string{repo.Dir}, JSON: true, Indexes: index, Query: "type:commit " + row.query, At: []string{"2024-07-01"}}
			out, _, err := run(t, o)
			require.NoError(t, err)
			require.EqualValues(t, len(want), decode(t, out)[0]["value"], row.query)
			o.At, o.Every = nil, "commit"
			out, _, err = run(t, o)
			require.NoError(t, err)
			var got []string
			for _, line := range decode(t, out) {
				got = append(got, line["commit"].(string))
			}
			require.Equal(t, want, got, row.query)
		}
	}
}
