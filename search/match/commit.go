package match

import (
	"slices"
	"time"

	"github.com/backsight/backsight/search/query"
)

// Commit is what MatchCommit looks at.
type Commit struct {
	Author    string // `Name <address>`
	Committer string
	Message   string    // whole, with its subject
	Time      time.Time // the committer date
	Changes   []Change  // needed if NeedsChanges
}

// Change is what a commit did to one file. Old and New are what Matcher.Text says of
// the contents, nil where there is none; they are needed if NeedsTexts.
type Change struct {
	Path     string
	Old, New *Text
}

// Kind says what the matcher searches: files, by Match, or commits, by MatchCommit.
func (m *Matcher) Kind() query.Kind { return m.kind }

// NeedsChanges says that MatchCommit looks at Commit.Changes.
func (m *Matcher) NeedsChanges() bool {
	return m.kind == query.Diffs || m.kind == query.Commits && m.expr.any(func(n *node) bool { return n.op == isFileFilter })
}

// NeedsTexts says that MatchCommit looks at the contents in Commit.Changes.
func (m *Matcher) NeedsTexts() bool { return m.kind == query.Diffs && m.patterns > 0 }

// any says whether one of the leaves is as asked.
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

// MatchCommit says whether a commit matches, for a matcher whose Kind is not
// query.Files; a commit counts 1.
//
// In a query of the kind query.Commits patterns are about the message, and filters
// on files hold if they do for one of the changes; with a minus, if for none. In one
// of the kind query.Diffs the query has to hold for one change as a whole: patterns
// are about its lines, see Text. Of a language are the paths that can be.
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

// MayMatch says whether a commit may match, whatever it changed.
func (m *Matcher) MayMatch(c Commit) bool {
	f := file{m: m, commit: &c, content: []byte(c.Message)}
	return f.onCommit(m.expr) != no
}

// MayMatchChange says whether a change of the file at path may make a commit match,
// or keep it from matching.
func (m *Matcher) MayMatchChange(path string) bool {
	return m.kind == query.Commits || m.onPath(m.expr, path) != no
}

// onCommit is what a commit says of a condition without its changes.
func (f *file) onCommit(n *node) tri {
	if n == nil {
		return yes
	}
	switch n.op {
	case allOf, anyOf:
		decides, t := no, yes
		if n.op == anyOf {
			decides, t = yes, no
		}
		for _, k := range n.kids {
			switch f.onCommit(k) {
			case decides:
				return decides
			case unknown:
				t = unknown
			}
		}
		return t
	case isCommitFilter:
		return triOf(f.holds(n))
	case isPattern:
		if f.m.kind == query.Commits {
			return triOf(f.holds(n))
		}
	}
	return unknown
}

// changes says whether a filter on files may hold for one of the commit's changes, by its path.
func (f *file) changes(filter fileFilter) bool {
	return slices.ContainsFunc(f.commit.Changes, func(c Change) bool { return filter.onPath(c.Path) != no })
}
