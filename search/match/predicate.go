package match

import (
	"regexp"
	"sync/atomic"

	"github.com/backsight/backsight/search/query"
)

// A Predicate is a condition on all files of the commit that is counted: that one of them matches
// or, with Not, that none matches. If it does not hold, the commit counts 0.
//
// A Predicate is safe for concurrent use.
type Predicate struct {
	// Not says that no file may match.
	Not bool

	path     *regexp.Regexp // nil if any path matches
	content  finder         // nil if any content matches
	form     form           // of content
	inLine   bool           // of content; see pattern.inLine
	required Requirement
	stop     *atomic.Bool // may be nil
}

// Predicates returns the conditions that must all hold for a commit. Callers must evaluate them,
// because Match only reads one file.
func (m *Matcher) Predicates() []*Predicate { return m.predicates }

// Want returns what Match needs in order to match the file at path, like Matcher.Want.
func (p *Predicate) Want(path string) Want {
	switch {
	case p.path != nil && !p.path.MatchString(path):
		return Skip
	case p.content == nil:
		return Path
	default:
		return Content
	}
}

// Match reports whether a file has the path and the content that the predicate asks for. It ignores
// Not, which callers must apply. content may be nil unless Want(path) is Content. Binary content
// has no match.
func (p *Predicate) Match(path string, content []byte) bool {
	switch p.Want(path) {
	case Skip:
		return false
	case Path:
		return true
	default:
		text, binary := Decode(content)
		return !binary && p.content.has(p.form.see(text, nil), p.stop)
	}
}

// PathsOnly reports whether the path alone decides, so that Want never returns Content.
func (p *Predicate) PathsOnly() bool { return p.content == nil }

// Required returns what the content of every matching file contains; see Matcher.Required. The
// result is meaningless if PathsOnly returns true.
func (p *Predicate) Required() Requirement { return p.required }

func newPredicate(from query.Predicate, caseSensitive bool) (*Predicate, error) {
	p := &Predicate{Not: from.Not}
	var err error
	if from.Path != "" {
		flags := "(?i)"
		if caseSensitive {
			flags = ""
		}
		if p.path, err = regexp.Compile(flags + from.Path); err != nil {
			return nil, err
		}
	}
	if from.Content == "" {
		return p, nil
	}
	pattern := &query.Pattern{Kind: query.Regexp, Text: from.Content}
	if p.content, err = newFinder(pattern, caseSensitive, false); err != nil {
		return nil, err
	}
	p.form = formOf(pattern, p.content)
	p.inLine = inLine(pattern)
	p.required, err = requirementOf(pattern, caseSensitive)
	return p, err
}
