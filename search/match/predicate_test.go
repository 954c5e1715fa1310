package match_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

func TestMatchCommit(t *testing.T) {
	t.Parallel()
	commit := match.Commit{
		Author:    "Alice Doe <alice@acme.com>",
		Committer: "Bot <bot@acme.com>",
		Message:   "Revert \"log\"\n\nIt was slow.\n",
		Time:      time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC),
	}
	changes := []struct{ path, old, new string }{
		{"a.go", "return\nreturn\nmoved away\n}\n", "log.Print(x)\n}\nreturn\nmoved away"},
		{"docs/b.md", "", "Logging\n"},
		{"binary.txt", "", "Binary\x00\n"},
		{"was.txt", "Text\x00", "Text\n"},
	}
	for _, row := range []struct {
		query string
		want  bool
	}{
		{"type:commit", true},
		{"type:commit revert", true},
		{"type:commit case:yes revert", false},
		{"type:commit log.Print", false},
		{"type:commit slow -author:alice", false},
		{"type:commit author:@acme\\.com", true},
		{"type:commit committer:alice", false},
		{"type:commit message:^it", true},
		{"type:commit after:2024-06-30 before:2024-07-01", true},
		{"type:commit before:2024-06-30T12:00:00Z", true},
		{"type:commit before:2024-06-30T11:59:59Z", false},
		{"type:commit after:2024-06-30T12:00:00Z", true},
		{"type:commit after:2024-06-30T12:00:01Z", false},
		{"type:commit NOT after:2024-06-30T12:00:00Z", false},
		{"type:commit NOT before:2024-06-30T12:00:00Z", false},
		{"type:commit author:bob OR committer:bot", true},
		{"type:commit file:\\.md$ revert", true},
		{"type:commit -file:\\.md$ revert", false},
		{"type:commit lang:go", true},
		{"type:commit lang:python", false},
		{"type:diff log.print", true},
		{"type:diff revert", false},
		{"type:diff message:revert log", true},
		{"type:diff file:\\.md$ log.print", false},
		{"type:diff -file:\\.go$ log", true},
		{"type:diff log.print AND logging", false}, // in different files
		{"type:diff lang:go return author:alice", true},
		{"type:diff after:2025-01-01 log", false},
		{"type:diff binary", false},
		{"type:diff text", false},
		{"type:diff file:binary", true},
		{"type:diff moved", false}, // the line end is not part of the line
		{"type:diff }", false},
		{"type:diff select:commit.diff.added log", true},
		{"type:diff select:commit.diff.removed log", false},
		{"type:diff select:commit.diff.removed return", true},
		{"type:diff select:commit.diff.added return", false},
		{"type:diff select:commit return", true},
		{"type:diff patterntype:regexp ^return$", true},
		// a line is matched as if it were the whole text
		{"type:diff patterntype:regexp \\Areturn\\z", true},
		{"type:diff patterntype:regexp x\\)\\s+return", false},
		{"type:diff patterntype:regexp x*", true},
		{"type:diff NOT log", true},
		{"type:diff NOT (file:go OR log OR file:binary OR file:was)", false},
		{"type:diff", true},
	} {
		q, err := query.Parse(row.query)
		require.NoError(t, err)
		m, err := match.Compile(q, match.Options{})
		require.NoError(t, err)
		require.Equal(t, q.Kind(), m.Kind())
		require.Equal(t, match.RequireUnknown, m.Required().Kind)
		commit.Changes = nil
		for _, c := range changes {
			text := func(content string) *match.Text {
				if content == "" {
					return nil
				}
				return m.Text([]byte(content))
			}
			lines := m.ChangedLines([]byte(c.old), []byte(c.new))
			require.Equal(t, m.ChangedLinesOf(text(c.old), text(c.new)), lines)
			commit.Changes = append(commit.Changes, match.Change{Path: c.path, Lines: lines})
		}
		require.Equal(t, row.want, m.MatchCommit(commit), row.query)
		if row.want {
			require.True(t, m.MayMatch(commit), row.query)
		}
		if !m.NeedsChanges() {
			commit.Changes = nil
			require.Equal(t, row.want, m.MatchCommit(commit), row.query)
			require.Equal(t, row.want, m.MayMatch(commit), row.query)
		}
		require.Panics(t, func() { m.Want("a") })
		require.Panics(t, func() { m.Match("a", nil) })
	}
	q, err := query.Parse("type:diff patterntype:regexp (a)")
	require.NoError(t, err)
	_, err = match.Compile(q, match.Options{ByValue: true})
	require.ErrorContains(t, err, "values can only be counted in the content of files")
	require.Panics(t, func() { compile(t, "a", match.Options{}).MatchCommit(commit) })
}

// holds evaluates a predicate on the files of one commit, as a caller does.
func holds(t *testing.T, p *match.Predicate, all files) bool {
	t.Helper()
	found := false
	for path, content := range all {
		matches := p.Match(path, []byte(content))
		switch p.Want(path) {
		case match.Skip:
			require.False(t, matches)
		case match.Path:
			require.True(t, matches)
			require.True(t, p.Match(path, nil))
		}
		if matches {
			require.True(t, p.Required().Holds([]byte(content)))
		}
		found = found || matches
	}
	return found != p.Not
}

func TestPredicates(t *testing.T) {
	t.Parallel()
	repository := files{"go.mod": "module acme\ngo 1.21\n", "docs/README.md": "# Acme\n", "logo.png": "acme\x00"}
	for _, row := range []struct {
		query string
		want  bool
	}{
		{"repohasfile:readme", true},
		{"-repohasfile:readme", false},
		{"repohasfile:^readme", false},
		{"-repohasfile:^readme", true},
		{"case:yes repohasfile:readme", false},
		{"repo:has.path(^go\\.mod$)", true},
		{"repo:has.content(acme)", true},
		{"case:yes repo:has.content(ACME)", false},
		{"repo:has.content(^go 1\\.2\\d$)", true},
		{"repo:has.content(x*)", false}, // empty matches do not count
		{"repo:has.file(path:go.mod content:go\\s1)", true},
		{"repo:has.file(path:README content:module)", false},
		{"-repo:has.file(path:README content:module)", true},
		{"repo:has.file(path:logo content:acme)", false}, // binary
		{"repo:has.file(path:logo)", true},
		{"repohasfile:readme -repohasfile:go.sum", true},
		{"repohasfile:readme repohasfile:go.sum", false},
		{"TODO", true},
	} {
		q, err := query.Parse(row.query + " select:repo")
		require.NoError(t, err)
		m, err := match.Compile(q, match.Options{})
		require.NoError(t, err)
		got := true
		for _, p := range m.Predicates() {
			got = got && holds(t, p, repository)
		}
		require.Equal(t, row.want, got, row.query)
	}
}
