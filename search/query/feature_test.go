package query_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

func has(path, content string) query.Predicate {
	return query.Predicate{HasFile: query.HasFile{Path: path, Content: content}}
}

func hasNot(path, content string) query.Predicate {
	return query.Predicate{Not: true, HasFile: query.HasFile{Path: path, Content: content}}
}

func TestParsePredicates(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text      string
		want      []query.Predicate
		canonical string
	}{
		{"repohasfile:go.mod x", []query.Predicate{has("go.mod", "")}, "repo:has.path(go.mod) x"},
		{"-repohasfile:readme select:repo", []query.Predicate{hasNot("readme", "")}, "select:repo -repo:has.path(readme)"},
		{"NOT repohasfile:readme x", []query.Predicate{hasNot("readme", "")}, "-repo:has.path(readme) x"},
		{"repo:contains.path(a/b) x", []query.Predicate{has("a/b", "")}, "repo:has.path(a/b) x"},
		{"r:has.content(TODO (me|you)) x", []query.Predicate{has("", "TODO (me|you)")}, "repo:has.content(TODO (me|you)) x"},
		{`repo:has.content("(") x`, nil, ""},
		{`repo:has.content(\() x`, []query.Predicate{has("", `\(`)}, `repo:has.content(\() x`},
		{`repo:has.content(" a ") x`, []query.Predicate{has("", " a ")}, `repo:has.content(" a ") x`},
		{`repo:has.content('"a') x`, []query.Predicate{has("", `"a`)}, `repo:has.content("\"a") x`},
		{"repo:has.file(path:CHANGELOG content:fix) x", []query.Predicate{has("CHANGELOG", "fix")}, "repo:has.file(path:CHANGELOG content:fix) x"},
		{`repo:has.file(content:"a b" path:c) x`, []query.Predicate{has("c", "a b")}, `repo:has.file(path:"c" content:"a b") x`},
		{"-repo:contains.file(file:c) x", []query.Predicate{hasNot("c", "")}, "-repo:has.path(c) x"},
		{"repo:has.file(content:x) y", []query.Predicate{has("", "x")}, "repo:has.content(x) y"},
		{"repohasfile:b repohasfile:a repohasfile:b x", []query.Predicate{has("a", ""), has("b", "")}, "repo:has.path(a) repo:has.path(b) x"},
		{"repohasfile:a x or y", []query.Predicate{has("a", "")}, "repo:has.path(a) (x OR y)"},
		{"repo:acme repohasfile:a (repo:b or repo:c) x", []query.Predicate{has("a", "")}, "repo:acme (repo:b OR repo:c) repo:has.path(a) x"},
		{`repo:has\.path x`, nil, `repo:has\.path x`},
	} {
		q, err := query.Parse(row.text)
		if row.canonical == "" {
			require.Error(t, err, row.text)
			continue
		}
		require.NoError(t, err, row.text)
		require.Empty(t, cmp.Diff(row.want, q.Predicates(), cmpopts.IgnoreTypes(query.Span{})), row.text)
		require.Equal(t, row.canonical, q.String(), row.text)
		again, err := query.Parse(q.String())
		require.NoError(t, err)
		require.Empty(t, diffQueries(q, again))
	}
}

func TestParseCommits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text      string
		kind      query.Kind
		want      query.Node
		canonical string
	}{
		{"type:commit revert", query.Commits, lit("revert"), ""},
		{"type:diff revert", query.Diffs, lit("revert"), ""},
		{"TYPE:Commit", query.Commits, nil, "type:commit"},
		{"revert", query.Files, lit("revert"), ""},
		{"type:commit author:alice", query.Commits, filter("author", "alice"), ""},
		{"type:commit -author:'alice b' x", query.Commits, and(not(filter("author", "alice b")), lit("x")), `type:commit -author:"alice b" x`},
		{"type:diff committer:a msg:b", query.Diffs, and(filter("committer", "a"), filter("message", "b")), "type:diff committer:a message:b"},
		{"type:commit m:a or author:b", query.Commits, or(filter("message", "a"), filter("author", "b")), "type:commit (message:a OR author:b)"},
		{"type:commit since:2019-11-01", query.Commits, filter("after", "2019-11-01"), "type:commit after:2019-11-01"},
		{`type:commit until:"november 1 2019"`, query.Commits, filter("before", "2019-11-01"), "type:commit before:2019-11-01"},
		{`type:commit not before:"1 nov 2019"`, query.Commits, not(filter("before", "2019-11-01")), "type:commit NOT before:2019-11-01"},
		{"type:commit after:2019-11-01T02:00:00+02:00", query.Commits, filter("after", "2019-11-01"), "type:commit after:2019-11-01"},
		{"type:commit after:1572566401", query.Commits, filter("after", "2019-11-01T00:00:01Z"), "type:commit after:2019-11-01T00:00:01Z"},
		{"type:commit file:a lang:go x", query.Commits, and(file("a"), lang("Go"), lit("x")), "type:commit file:a lang:Go x"},
	} {
		q, err := query.Parse(row.text)
		require.NoError(t, err, row.text)
		require.Equal(t, row.kind, q.Kind(), row.text)
		require.Equal(t, row.kind != query.Files, query.PerInterval(row.text), row.text)
		require.Empty(t, cmp.Diff(row.want, q.Expr, cmpopts.IgnoreTypes(query.Span{}), cmpopts.IgnoreUnexported(query.Pattern{})), row.text)
		if row.canonical == "" {
			row.canonical = row.text
		}
		require.Equal(t, row.canonical, q.String())
		again, err := query.Parse(q.String())
		require.NoError(t, err)
		require.Empty(t, diffQueries(q, again))
	}
	require.False(t, query.PerInterval("fille:x"))
}

// Parse refuses the empty text, and ParseFilters accepts it.
func TestParseNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  \n"} {
		_, err := query.Parse(text)
		require.ErrorContains(t, err, "empty")
		q, err := query.ParseFilters(text)
		require.NoError(t, err)
		require.NoError(t, q.CheckByLanguage())
		require.Nil(t, q.Expr)
		require.Nil(t, q.Scope().Expr)
		require.Empty(t, q.String())
	}
}

func TestCheckByLanguage(t *testing.T) {
	t.Parallel()
	for text, at := range map[string]string{
		"lang:go TODO":                        "TODO",
		"file:a OR (file:b NOT /x/)":          "/x/",
		"type:path go":                        "type:",
		"select:file lang:go":                 "select:",
		"type:commit author:ann":              "type:",
		"lang:go -file:_test":                 "",
		"file:a OR lang:go":                   "",
		"repo:x repohasfile:y file:a fork:no": "",
	} {
		q, err := query.ParseFilters(text)
		require.NoError(t, err, text)
		err = q.CheckByLanguage()
		if at == "" {
			require.NoError(t, err, text)
			continue
		}
		var placed *query.Error
		require.ErrorAs(t, err, &placed, text)
		require.Equal(t, strings.Index(text, at), placed.Span.Start, text)
		require.NotEmpty(t, placed.Suggestion)
	}
}
