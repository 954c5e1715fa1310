package match

import (
	"slices"
	"time"

	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/query"
)

// Commit has the properties of a commit that MatchCommit tests.
type Commit struct {
	Author    string // `Name <address>`
	Committer string
	Message   string    // the whole message, including the subject
	Time      time.Time // the committer date
	Changes   []Change  // required if NeedsChanges
}

// Change is what a commit did to one file. Lines is the result of Matcher.ChangedLines for the
// contents before and after, or of Matcher.ChangedLinesOf. It is required if NeedsLines. OldFilters
// and NewFilters are the results of Matcher.Filters for these contents. They are required if
// NeedsContent(Path).
type Change struct {
	Path                   string
	Lines                  ChangedLines
	OldFilters, NewFilters Filters
	// The attributes of the file before and after the change. nil means that it has none. If the
	// change adds or removes the file, both are the attributes of the file that exists.
	OldAttributes, NewAttributes *linguist.Attributes
}

// Filters are those filters of a query that hold for a file because of its content.
type Filters []*node

// Kind returns what the matcher searches: files, with Match, or commits, with MatchCommit.
func (m *Matcher) Kind() query.Kind { return m.kind }

// NeedsChanges reports whether MatchCommit needs Commit.Changes.
func (m *Matcher) NeedsChanges() bool {
	return m.kind == query.Diffs || m.kind == query.Commits && m.expr.any(func(n *node) bool { return n.op == isFileFilter })
}

// NeedsLines reports whether MatchCommit needs the lines in Commit.Changes.
func (m *Matcher) NeedsLines() bool { return m.kind == query.Diffs && m.patterns > 0 }

// NeedsContent reports whether MatchCommit needs Change.OldFilters and Change.NewFilters for a
// change of the file at path. It does if the query has a lang: filter that the path and the
// attributes (see With) do not decide.
func (m *Matcher) NeedsContent(path string) bool {
	return m.expr.any(func(n *node) bool { return n.contentDecides(path, m.attributes) })
}

// Filters returns those filters that hold for the file because of its content. The matcher must be
// for the attributes of the file (see With).
func (m *Matcher) Filters(path string, content []byte) (hold Filters) {
	m.expr.any(func(n *node) bool {
		if n.contentDecides(path, m.attributes) && n.onFile.holds(path, content, m.attributes) {
			hold = append(hold, n)
		}
		return false
	})
	return hold
}

// contentDecides reports whether the leaf n is a filter on files that the path and the attributes
// do not decide.
func (n *node) contentDecides(path string, a *linguist.Attributes) bool {
	return n.op == isFileFilter && !n.pathOnly && n.onFile.onPath(path, a) == unknown
}

// any reports whether n has a leaf that meets the condition. A nil n has no leaf.
func (n *node) any(is func(*node) bool) bool {
	if n == nil {
		return false
	}
	for _, k := range n.kids {
		if k.any(is) {
			return true
		}
	}
	return len(n.kids) == 0 && is(n)
}

// MatchCommit reports whether a commit matches. The matcher's kind must not be query.Files. A
// matching commit counts 1.
//
// For the kind query.Commits, patterns search the message. A filter on files holds if it holds for
// one of the changes; negated, if it holds for none. For the kind query.Diffs, the whole query must
// hold for one change, and patterns search the lines that it adds and removes (see Text), or only
// the added or only the removed lines, as select: says. A filter on languages holds for a change if
// the file is in the language before or after the change.
func (m *Matcher) MatchCommit(c Commit) bool {
	switch m.kind {
	case query.Files:
		panic("match: MatchCommit of a matcher for files")
	case query.Commits:
		f := file{m: m, commit: &c, content: []byte(c.Message)}
		return m.expr == nil || f.holds(m.expr)
	}
	for i := range c.Changes {
		one := c
		one.Changes = c.Changes[i : i+1]
		f := file{m: m, commit: &one, change: &c.Changes[i]}
		if m.expr == nil || f.holds(m.expr) {
			return true
		}
	}
	return false
}

// MayMatch reports whether a commit can match. It does not use Commit.Changes.
func (m *Matcher) MayMatch(c Commit) bool {
	f := file{m: m, commit: &c, content: []byte(c.Message)}
	return f.onCommit(m.expr) != no
}

// MayMatchChange reports whether a change of the file at path can affect whether a commit matches.
func (m *Matcher) MayMatchChange(path string) bool {
	return m.kind == query.Commits || m.onPath(m.expr, path) != no
}

// onCommit evaluates a condition without the commit's changes.
func (f *file) onCommit(n *node) tri {
	return n.evaluate(func(n *node) tri {
		if n.op == isCommitFilter || n.op == isPattern && f.m.kind == query.Commits {
			return triOf(f.holds(n))
		}
		return unknown
	})
}

// changes says whether a filter on files, without its negation, holds for one of the commit's
// changes.
func (f *file) changes(n *node) bool {
	return slices.ContainsFunc(f.commit.Changes, func(c Change) bool {
		return n.onSide(c.Path, c.OldAttributes, c.OldFilters) || n.onSide(c.Path, c.NewAttributes, c.NewFilters)
	})
}

// onSide says whether a filter on files holds for one side of a change.
func (n *node) onSide(path string, a *linguist.Attributes, hold Filters) bool {
	if a == nil {
		a = noAttributes
	}
	t := n.onFile.onPath(path, a)
	return t == yes || t == unknown && slices.Contains(hold, n)
}
