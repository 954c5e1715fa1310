package match_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// holds evaluates a predicate as a caller does, with the files of one commit.
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
		{"repo:has.content(x*)", false}, // an empty match is none
		{"repo:has.file(path:go.mod content:go\\s1)", true},
		{"repo:has.file(path:README content:module)", false},
		{"-repo:has.file(path:README content:module)", true},
		{"repo:has.file(path:logo content:acme)", false}, // binary
		{"repo:has.file(path:logo)", true},
		{"repohasfile:readme -repohasfile:go.sum", true},
		{"repohasfile:readme repohasfile:go.sum", false},
		{"TODO", true},
	} {
		q, err := query.Parse(row.query+" select:repo", query.WithPredicates)
		require.NoError(t, err)
		m, err := match.Compile(q, match.Options{Predicates: true})
		require.NoError(t, err)
		got := true
		for _, p := range m.Predicates() {
			got = got && holds(t, p, repository)
		}
		require.Equal(t, row.want, got, row.query)
		if len(m.Predicates()) > 0 {
			_, err = match.Compile(q, match.Options{})
			require.ErrorContains(t, err, "is not counted yet: leave it out")
		}
	}
}

func TestCommitsAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"type:commit revert", "type:diff revert author:alice"} {
		q, err := query.Parse(text, query.WithCommits)
		require.NoError(t, err)
		_, err = match.Compile(q, match.Options{Predicates: true})
		require.ErrorContains(t, err, "not searched yet")
	}
}
