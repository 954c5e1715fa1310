package match

import (
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/search/query"
)

// An oracle counts a query in a file in the simplest way: each pattern is a Go regexp on the whole
// content, and each node returns whether it holds and its ranges.
type oracle struct {
	q       *query.Query
	path    string
	content string
}

func (o oracle) regexp(p *query.Pattern) *regexp.Regexp {
	text := p.Text
	if p.Kind == query.Literal {
		text = regexp.QuoteMeta(text)
	}
	if !o.q.CaseSensitive {
		return regexp.MustCompile("(?im)" + text)
	}
	return regexp.MustCompile("(?m)" + text)
}

// node returns whether n holds (or, if negated, does not hold), and the ranges that it counts.
func (o oracle) node(n query.Node, negated bool) (bool, []span) {
	all := func(nodes []query.Node, every bool) (bool, []span) {
		holds, ranges := every, []span(nil)
		for _, c := range nodes {
			h, r := o.node(c, negated)
			if every {
				holds = holds && h
			} else {
				holds = holds || h
			}
			if h {
				ranges = append(ranges, r...)
			}
		}
		if !holds {
			return false, nil
		}
		return true, ranges
	}
	switch n := n.(type) {
	case *query.And:
		return all(n.Nodes, !negated)
	case *query.Or:
		return all(n.Nodes, negated)
	case *query.Not:
		return o.node(n.Node, !negated)
	case *query.Filter: // the tests use no other filter than file:
		flags := "(?i)"
		if o.q.CaseSensitive {
			flags = ""
		}
		return regexp.MustCompile(flags+n.Value).MatchString(o.path) != negated, nil
	case *query.Pattern:
		subject := o.content
		if o.q.Type == query.TypePath {
			subject = o.path
		}
		found := naive(o.regexp(n), []byte(subject))
		if o.q.Type == query.TypeFile && strings.Contains(o.content[:min(8000, len(o.content))], "\x00") {
			found = nil
		}
		if negated {
			return len(found) == 0, nil
		}
		return len(found) > 0, found
	}
	panic(n)
}

func (o oracle) count() int64 {
	holds, ranges := o.node(o.q.Expr, false)
	switch {
	case !holds:
		return 0
	case o.q.Type == query.TypePath || o.q.Select != query.SelectContent || len(ranges) == 0:
		return 1
	}
	sort.Slice(ranges, func(i, j int) bool {
		a, b := ranges[i], ranges[j]
		return a.start < b.start || a.start == b.start && a.end > b.end
	})
	n, end := int64(0), -1
	for _, r := range ranges {
		if r.start >= end {
			n, end = n+1, r.end
		}
	}
	return n
}

func queryText() *rapid.Generator[string] {
	var expr func(depth int) *rapid.Generator[string]
	expr = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			if depth == 0 {
				return rapid.SampledFrom([]string{
					"todo", "TODO", "k", "s", "todo a", "a b", `/todo|a/`, `/\w+/`, `/a*/`, `/^a/`, `/b$/`, `/to(d)o/`, `content:"b\n"`, "/(a|ab)(1|b_)?/",
					`file:\.go$`, `-file:a`, "file:B", "-content:todo", "1", "é",
				}).Draw(t, "leaf")
			}
			l, r := expr(depth-1).Draw(t, "left"), expr(depth-1).Draw(t, "right")
			switch rapid.IntRange(0, 3).Draw(t, "operator") {
			case 0:
				return "(" + l + " AND " + r + ")"
			case 1, 2:
				return "(" + l + " OR " + r + ")"
			default:
				return "NOT (" + l + " AND " + r + ")"
			}
		})
	}
	return rapid.Custom(func(t *rapid.T) string {
		settings := rapid.SampledFrom([]string{"", "", "", "case:yes ", "type:path ", "select:file ", "select:repo "}).Draw(t, "settings")
		return settings + expr(rapid.IntRange(0, 3).Draw(t, "depth")).Draw(t, "expr")
	})
}

func TestMatcherEqualsOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := queryText().Draw(t, "query")
		q, err := query.Parse(text)
		require.NoError(t, err, text)
		m, err := Compile(q, Options{})
		require.NoError(t, err)
		path := rapid.SampledFrom([]string{"a.go", "b.go", "todo/b.txt", "a/TODO", "c.py"}).Draw(t, "path")
		other := rapid.SampledFrom([]string{"a.go", "b.go", "todo/b.txt", "a/TODO", "c.py"}).Draw(t, "other path")
		body := content("todo", "a", "b").Draw(t, "content")

		want := oracle{q, path, body}.count()
		got := m.Match(path, []byte(body))
		require.Equal(t, want, got.N, "%q in %q of %s", q, body, path)
		require.Nil(t, got.Values)

		switch m.Want(path) {
		case Skip:
			require.Zero(t, got.N)
		case Path:
			require.Equal(t, got, m.Match(path, nil))
		case Content:
			if m.Want(other) == Content && (m.ContentOnly() || m.Class(path) == m.Class(other)) {
				require.Equal(t, got, m.Match(other, []byte(body)), "%q: %s and %s are of one class", q, path, other)
			}
		}
	})
}
