package query_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

func TestQueryScope(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, scope, canonical string }{
		{`repo:^github todo`, "repo:^github", "repo:^github todo"},
		{`todo`, "", "todo"},
		{`r:a -repo:b fork:yes archived:only x or y`, "-repo:b repo:a fork:yes archived:only", "-repo:b repo:a fork:yes archived:only (x OR y)"},
		{`(repo:a or repo:b) file:c x`, "repo:a OR repo:b", "(repo:a OR repo:b) file:c x"},
		{`select:repo repo:a or repo:b`, "repo:a OR repo:b", "select:repo (repo:a OR repo:b)"},
		{`not (repo:a or fork:only) x`, "NOT (repo:a OR fork:only)", "NOT (repo:a OR fork:only) x"},
		{`repo:a\@b x`, `repo:a\@b`, `repo:a\@b x`},
	} {
		t.Run(row.text, func(t *testing.T) {
			t.Parallel()
			q, err := query.Parse(row.text)
			require.NoError(t, err)
			require.Equal(t, row.scope, q.Scope().String())
			require.Equal(t, row.canonical, q.String())
			again, err := query.Parse(q.String())
			require.NoError(t, err)
			require.Empty(t, diffQueries(q, again))
			s, err := query.ParseScope(row.scope)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(q.Scope().Expr, s.Expr, cmpopts.IgnoreTypes(query.Span{})))
		})
	}
}

func TestNameScope(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ pattern, scope, name string }{
		{"", "", "acme/api"},
		{"^acme/", "repo:^acme/", "ACME/api"},
		{"git@github", `repo:git\@github`, "git@github.com/a"},
		{`git\@[@a]`, `repo:git\@[\@a]`, "git@@"},
		{`\Qa@b\E`, `repo:a\@b`, "a@b"},
		{"has.path(x)", "repo:(?:has.path(x))", "has-pathx"},
		{`a b"`, `repo:"a b\""`, `a b"`},
		{"a|b", "repo:a|b", "b"},
	} {
		s, err := query.NameScope(row.pattern)
		require.NoError(t, err)
		require.Equal(t, row.scope, s.String())
		require.True(t, s.Matches(row.name, false, false))
		again, err := query.ParseScope(s.String())
		require.NoError(t, err, row.pattern)
		require.Equal(t, s.String(), again.String())
		require.True(t, again.Matches(row.name, false, false), row.pattern)
	}
	for _, row := range []struct{ pattern, says string }{
		{"(", "byte 1: this regular expression is not valid: missing closing )"},
		{"acme/(?!x)", "byte 6: this regular expression is not valid: invalid or unsupported Perl syntax: (?!"},
	} {
		_, err := query.NameScope(row.pattern)
		require.ErrorContains(t, err, row.says)
	}
}

func TestScopesAreCombined(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ a, b, want string }{
		{"", "", ""},
		{"repo:a", "", "repo:a"},
		{"", "repo:a OR repo:b", "repo:a OR repo:b"},
		{"repo:c", "repo:a OR repo:b", "repo:c (repo:a OR repo:b)"},
		{"fork:no repo:c", "repo:a", "repo:a repo:c fork:no"},
	} {
		a, err := query.ParseScope(row.a)
		require.NoError(t, err)
		b, err := query.ParseScope(row.b)
		require.NoError(t, err)
		require.Equal(t, row.want, a.And(b).String())
	}
}

func TestScopeMatches(t *testing.T) {
	t.Parallel()
	type repo struct {
		name           string
		fork, archived bool
	}
	all := []repo{{"acme/api", false, false}, {"acme/web", true, false}, {"acme/old", false, true}, {"Other/API", true, true}}
	for _, row := range []struct {
		scope string
		want  []string
	}{
		{"", []string{"acme/api", "acme/web", "acme/old", "Other/API"}},
		{"repo:^acme/", []string{"acme/api", "acme/web", "acme/old"}},
		{"repo:api", []string{"acme/api", "Other/API"}},
		{"repo:acme repo:web", []string{"acme/web"}},
		{"repo:web or repo:old", []string{"acme/web", "acme/old"}},
		{"-repo:acme", []string{"Other/API"}},
		{"fork:no", []string{"acme/api", "acme/old"}},
		{"fork:yes", []string{"acme/api", "acme/web", "acme/old", "Other/API"}},
		{"fork:only archived:no", []string{"acme/web"}},
		{"NOT fork:only", []string{"acme/api", "acme/old"}},
		{"NOT (repo:api or repo:web)", []string{"acme/old"}},
	} {
		s, err := query.ParseScope(row.scope)
		require.NoError(t, err)
		var got []string
		for _, r := range all {
			if s.Matches(r.name, r.fork, r.archived) {
				got = append(got, r.name)
			}
		}
		require.Equal(t, row.want, got, row.scope)
	}
}

// Language statistics need no filter on files.
func TestParseFiltersAcceptsFiltersOnRepositories(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "repo:a", "-repo:a fork:no"} {
		q, err := query.ParseFilters(text)
		require.NoError(t, err)
		require.NoError(t, q.CheckByLanguage())
		require.Nil(t, q.Expr)
		require.Equal(t, text, q.String())
	}
}
