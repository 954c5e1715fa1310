package match

import (
	"regexp"
	"strings"
	"time"

	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/query"
)

// A compileFilter is the compile step of a filter. It returns a leaf with either onFile or onCommit
// set.
type compileFilter func(c *compiler, value string) (*node, error)

// filters has the compile step of each filter, by its name in package query.
var filters = map[string]compileFilter{
	"file": func(c *compiler, value string) (*node, error) {
		flags := "(?i)"
		if c.q.CaseSensitive {
			flags = ""
		}
		re, err := regexp.Compile(flags + value)
		c.m.pathExprs = append(c.m.pathExprs, flags+value)
		onFile := pathFilter(func(path string) bool { return re.MatchString(path) })
		return &node{op: isFileFilter, onFile: onFile, pathOnly: true, pathExpr: flags + value}, err
	},
	"lang": func(_ *compiler, value string) (*node, error) {
		return &node{op: isFileFilter, onFile: newLanguage(value)}, nil
	},
	"author":    commitText(func(c *Commit) string { return c.Author }),
	"committer": commitText(func(c *Commit) string { return c.Committer }),
	"message": func(c *compiler, value string) (*node, error) {
		if namesRune(value, '\r') {
			return commitText(func(c *Commit) string { return c.Message })(c, value)
		}
		return commitText(func(c *Commit) string { return strings.ReplaceAll(c.Message, "\r\n", "\n") })(c, value)
	},
	"before": commitTime(notAfter),
	"after":  commitTime(notBefore),
}

// A fileFilter is a condition on a file. It must be safe for concurrent use.
type fileFilter interface {
	// onPath evaluates the condition with the path and the file's attributes alone.
	onPath(path string, a *linguist.Attributes) tri
	// holds reports whether the condition holds for a file with this path, content and attributes.
	holds(path string, content []byte, a *linguist.Attributes) bool
}

// pathFilter is a condition on the path alone.
type pathFilter func(path string) bool

func (f pathFilter) onPath(path string, _ *linguist.Attributes) tri { return triOf(f(path)) }

func (f pathFilter) holds(path string, _ []byte, _ *linguist.Attributes) bool { return f(path) }

// commitText compiles a regular expression for a text of a commit. It ignores case, even with
// case:yes, unless the expression itself says (?-i).
func commitText(textOf func(*Commit) string) compileFilter {
	return func(_ *compiler, value string) (*node, error) {
		re, err := regexp.Compile("(?im)" + value)
		return &node{op: isCommitFilter, onCommit: func(c *Commit) bool { return re.MatchString(textOf(c)) }}, err
	}
}

// commitTime compiles a comparison with the committer date.
func commitTime(compare func(at, with time.Time) bool) compileFilter {
	return func(_ *compiler, value string) (*node, error) {
		with, _ := query.ParseDate(value) // cannot fail: the value is canonical
		return &node{op: isCommitFilter, onCommit: func(c *Commit) bool { return compare(c.Time, with) }}, nil
	}
}

// The dates of before: and after: are inclusive, as in git log.
func notAfter(at, with time.Time) bool  { return !at.After(with) }
func notBefore(at, with time.Time) bool { return !at.Before(with) }
