package query_test

import (
	"testing"
	"time"

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
		q, err := query.Parse(row.text, query.WithPredicates)
		if row.canonical == "" {
			require.Error(t, err, row.text)
			continue
		}
		require.NoError(t, err, row.text)
		require.Empty(t, cmp.Diff(row.want, q.Predicates(), cmpopts.IgnoreTypes(query.Span{})), row.text)
		require.Equal(t, row.canonical, q.String(), row.text)
		again, err := query.Parse(q.String(), query.WithPredicates)
		require.NoError(t, err)
		require.Empty(t, diffQueries(q, again))
		if len(row.want) > 0 {
			_, err := query.Parse(row.text)
			require.ErrorContains(t, err, "not supported yet", row.text)
		}
	}
}

func TestParseCommits(t *testing.T) {
	t.Parallel()
	day := time.Date(2019, 11, 1, 0, 0, 0, 0, time.UTC)
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
		{"type:commit author:alice", query.Commits, &query.CommitText{Field: "author", Regexp: "alice"}, ""},
		{"type:commit -author:'alice b' x", query.Commits, and(not(&query.CommitText{Field: "author", Regexp: "alice b"}), lit("x")), `type:commit -author:"alice b" x`},
		{"type:diff committer:a msg:b", query.Diffs, and(&query.CommitText{Field: "committer", Regexp: "a"}, &query.CommitText{Field: "message", Regexp: "b"}), "type:diff committer:a message:b"},
		{"type:commit m:a or author:b", query.Commits, or(&query.CommitText{Field: "message", Regexp: "a"}, &query.CommitText{Field: "author", Regexp: "b"}), "type:commit (message:a OR author:b)"},
		{"type:commit since:2019-11-01", query.Commits, &query.CommitTime{Time: day}, "type:commit after:2019-11-01"},
		{`type:commit until:"november 1 2019"`, query.Commits, &query.CommitTime{Before: true, Time: day}, "type:commit before:2019-11-01"},
		{`type:commit not before:"1 nov 2019"`, query.Commits, not(&query.CommitTime{Before: true, Time: day}), "type:commit NOT before:2019-11-01"},
		{"type:commit after:2019-11-01T02:00:00+02:00", query.Commits, &query.CommitTime{Time: day}, "type:commit after:2019-11-01"},
		{"type:commit after:1572566401", query.Commits, &query.CommitTime{Time: day.Add(time.Second)}, "type:commit after:2019-11-01T00:00:01Z"},
		{"type:commit file:a lang:go x", query.Commits, and(file("a"), lang("Go"), lit("x")), "type:commit file:a lang:Go x"},
	} {
		q, err := query.Parse(row.text, query.WithCommits)
		require.NoError(t, err, row.text)
		require.Equal(t, row.kind, q.Kind(), row.text)
		require.Empty(t, cmp.Diff(row.want, q.Expr, cmpopts.IgnoreTypes(query.Span{}), cmpopts.IgnoreUnexported(query.Pattern{})), row.text)
		if row.canonical == "" {
			row.canonical = row.text
		}
		require.Equal(t, row.canonical, q.String())
		again, err := query.Parse(q.String(), query.WithCommits)
		require.NoError(t, err)
		require.Empty(t, diffQueries(q, again))
		if row.kind != query.Files {
			_, err := query.Parse(row.text)
			require.ErrorContains(t, err, "not supported", row.text)
		}
	}
}

func TestBadQueriesWithAllFeatures(t *testing.T) {
	t.Parallel()
	for _, bad := range []badQuery{
		{"repohasfile: x", "repohasfile:", "needs a value", "repohasfile:^go"},
		{"repohasfile:( x", "(", "missing closing )", `\(`},
		{"repo:has.path( x", "has.path( x", "never closed", "write )"},
		{"repo:has.path() x", "has.path()", "needs one regular expression", "has.path(go)"},
		{"repo:has.path(a)b x", "b", "expected a space after", `has\.`},
		{`repo:has.path("a" b) x`, `has.path("a" b)`, "needs one regular expression", "has.path(go)"},
		{`repo:has.path("a) x`, `has.path("a)`, "quotation mark is never closed", `"`},
		{`repo:has.path(a) repo:has.path("\d") x`, `has.path("\d")`, "unknown escape", `\\`},
		{"repo:has.path([) x", "has.path([)", "missing closing ]", `\[`},
		{"repo:has.file(README) x", "has.file(README)", "takes path: and content:", "path:go.mod"},
		{"repo:has.file(path:a path:b) x", "has.file(path:a path:b)", "each once", "content:acme"},
		{"repo:has.file(path: content:x) y", "has.file(path: content:x)", "needs a value", "path:go.mod"},
		{"repo:has.file() x", "has.file()", "needs path: or content:", "path:go.mod"},
		{"repo:has.topic(a) x", "has.topic(a)", "not supported yet", "by name"},
		{"repo:has.commit.after(yesterday) x", "has.commit.after(yesterday)", "not supported yet", "by name"},
		{"file:has.content(x) y", "has.content(x)", "not supported yet", "AND the content"},
		{"(repohasfile:a or repohasfile:b) x", "repohasfile:a", "governs the whole query", "outside the parentheses"},
		{"repohasfile:a or x", "repohasfile:a", "governs the whole query", "outside the parentheses"},
		{"not (repohasfile:a x)", "repohasfile:a", "governs the whole query", "outside the parentheses"},
		{"(repo:a or repo:has.path(b)) x", "repo:has.path(b)", "governs the whole query", "outside the parentheses"},
		{"repohasfile:a", "repohasfile:a", "nothing to search for", "select:repo"},

		{"author:a x", "author:a", "is for type:commit and type:diff", "add type:commit"},
		{"x after:2020-01-01", "after:2020-01-01", "is for type:commit", "add type:commit"},
		{"type:commit -before:2020-01-01", "-before:", "cannot be negated", "before:"},
		{"type:commit before:yesterday", "yesterday", "relative to now", "2024-06-30"},
		{`type:commit after:"5 days ago"`, `"5 days ago"`, "relative to now", "2024-06-30"},
		{"type:commit after:11/1/2019", "11/1/2019", "expected a date", "2024-06-30"},
		{"type:commit after: x", "after:", "needs a value", "2024-06-30"},
		{"type:commit author:( x", "(", "missing closing )", `\(`},
		{"type:commit select:file x", "type:commit", "no files to select", "leave select:"},
		{"type:comit x", "comit", "expected file, path, commit or diff", `did you mean "commit"?`},
		{"type:commit patterntype:structural a", "", "content of files", "leave type: out"},
	} {
		t.Run(bad.text, func(t *testing.T) {
			t.Parallel()
			_, err := query.Parse(bad.text, query.WithPredicates, query.WithCommits)
			checkBad(t, bad, err)
		})
	}
	_, err := query.ParseScope("repo:has.path(x)")
	require.ErrorContains(t, err, "not supported yet")
}
