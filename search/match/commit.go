package match

import (
	"fmt"
	"regexp"
	"time"

	"github.com/backsight/backsight/search/query"
)

// Commit is what MatchCommit looks at.
type Commit struct {
	Author    string // `Name <address>`
	Committer string
	Message   string    // whole, with its subject
	Time      time.Time // the committer date
	Changes   []Change
}

// Change is what a commit did to one file.
type Change struct {
	Path string
	// Lines are the lines added and removed, without signs, each with its line
	// end. They are needed for queries of the kind query.Diffs only.
	Lines []byte
}

// Kind says what the matcher searches: files, by Match, or commits, by MatchCommit.
func (m *Matcher) Kind() query.Kind { return m.kind }

// MatchCommit says whether a commit matches, for a matcher whose Kind is not
// query.Files; a commit counts 1.
//
// In a query of the kind query.Commits patterns are about the message, and filters
// on files hold if they do for one of the changes; with a minus, if for none. In one
// of the kind query.Diffs the query has to hold for one change as a whole: patterns
// are about its lines. Of a language are the paths that can be.
func (m *Matcher) MatchCommit(c Commit) bool {
	switch {
	case m.kind == query.Files:
		panic("match: MatchCommit of a matcher for files")
	case m.expr == nil:
		return true
	case m.kind == query.Commits:
		f := file{m: m, commit: &c, content: []byte(c.Message)}
		return f.holds(m.expr)
	}
	for _, change := range c.Changes {
		f := file{m: m, commit: &Commit{Author: c.Author, Committer: c.Committer, Message: c.Message, Time: c.Time, Changes: []Change{change}}, content: change.Lines}
		if f.holds(m.expr) {
			return true
		}
	}
	return false
}

// ofCommit is the leaves that only a commit answers.
type ofCommit struct {
	field  string // author, committer, message; "" for a time
	re     *regexp.Regexp
	before bool
	time   time.Time
}

func (o *ofCommit) holds(c *Commit) bool {
	switch {
	case o.field == "author":
		return o.re.MatchString(c.Author)
	case o.field == "committer":
		return o.re.MatchString(c.Committer)
	case o.field == "message":
		return o.re.MatchString(c.Message)
	case o.before:
		return c.Time.Before(o.time)
	default:
		return c.Time.After(o.time)
	}
}

// changes says whether a filter on files holds for one of the commit's changes.
func (f *file) changes(holds func(path string) bool) bool {
	for _, c := range f.commit.Changes {
		if holds(c.Path) {
			return true
		}
	}
	return false
}

// checkKind refuses a query for commits that the caller would give files to.
func (m *Matcher) checkKind(q *query.Query, opts Options) error {
	switch {
	case m.kind == query.Files:
		return nil
	case !opts.Commits:
		return fmt.Errorf("query %q: commits are not searched yet: leave out type:commit or type:diff; the commits that changed a count are shown by backsight history --every commit", q)
	case opts.ByValue:
		return fmt.Errorf("query %q: values are counted in the content of files: leave out type:commit and type:diff", q)
	}
	return nil
}
