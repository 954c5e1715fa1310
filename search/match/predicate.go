package match

import (
	"regexp"
	"sync/atomic"

	"github.com/backsight/backsight/search/query"
)

// A Predicate is a condition on the files of the commit that is counted, as a
// whole: that one of them matches or, with Not, that none does. A commit for which
// it does not hold counts 0.
//
// It is safe for concurrent use.
type Predicate struct {
	// Not says that no file may match.
	Not bool

	path     *regexp.Regexp // nil: any
	content  finder         // nil: any
	required Requirement
	stop     *atomic.Bool // or nil
}

// Predicates are the conditions that all have to hold for a commit. Whoever counts
// has to see to them: Match knows one file only.
func (m *Matcher) Predicates() []*Predicate { return m.predicates }

// Want says what Match needs to know of the file at path, as Matcher.Want does.
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

// Match says whether a file is one that the predicate asks for; Not is not looked
// at. content may be nil if Want(path) is not Content. Binary content has no match.
func (p *Predicate) Match(path string, content []byte) bool {
	switch p.Want(path) {
	case Skip:
		return false
	case Path:
		return true
	default:
		return !IsBinary(content) && p.content.has(content, p.stop)
	}
}

// PathsOnly says that paths decide: Want is never Content.
func (p *Predicate) PathsOnly() bool { return p.content == nil }

// Required is what the content of every file holds that matches; see
// Matcher.Required. It is of no meaning if PathsOnly.
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
	p.required, err = requirementOf(pattern, caseSensitive)
	return p, err
}
