package match

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/backsight/backsight/search/query"
)

// Want says what a Matcher needs to know of a file.
type Want int

const (
	// Skip: the path alone rules the file out. Match would count nothing.
	Skip Want = iota
	// Path: the path alone decides. Match may be called with nil content.
	Path
	// Content: the content must be read.
	Content
)

// Options of Compile.
type Options struct {
	// ByValue counts per value of the capturing groups.
	ByValue bool
}

// Counts is what was found in one file.
type Counts struct {
	// N is the number of match ranges, or of values.
	N int64
	// Values is the count of each value; nil unless Options.ByValue.
	Values map[string]int64
}

// A Matcher searches files, one at a time. It is safe for concurrent use.
type Matcher struct {
	q        *query.Query
	patterns []*regexp.Regexp
	byValue  bool
	files    []fileFilter
}

type fileFilter struct {
	re   *regexp.Regexp
	want bool
}

// Compile readies a query for matching.
func Compile(q *query.Query, opts Options) (*Matcher, error) {
	if opts.ByValue && q.Captures() == 0 {
		return nil, fmt.Errorf("query %q: no capturing group to count values of: write one, as in patterntype:regexp go (1\\.\\d+)", q)
	}
	m := &Matcher{q: q, byValue: opts.ByValue}
	flags := "(?m)"
	if !q.CaseSensitive {
		flags = "(?im)"
	}
	for _, p := range q.Positive() {
		text := p.Text
		if p.Kind == query.Literal {
			text = regexp.QuoteMeta(text)
		}
		m.patterns = append(m.patterns, regexp.MustCompile(flags+text))
	}
	var nodes []query.Node
	if and, ok := q.Expr.(*query.And); ok {
		nodes = and.Nodes
	} else {
		nodes = []query.Node{q.Expr}
	}
	for _, n := range nodes {
		want := true
		if not, ok := n.(*query.Not); ok {
			n, want = not.Node, false
		}
		if f, ok := n.(*query.File); ok {
			m.files = append(m.files, fileFilter{regexp.MustCompile(flags + f.Regexp), want})
		}
	}
	return m, nil
}

// Want says what Match needs to know of the file at path.
func (m *Matcher) Want(path string) Want {
	for _, f := range m.files {
		if f.re.MatchString(path) != f.want {
			return Skip
		}
	}
	return Content
}

// Match counts matches in one file. It neither changes nor retains content.
func (m *Matcher) Match(path string, content []byte) Counts {
	var c Counts
	if m.Want(path) == Skip || IsBinary(content) {
		return c
	}
	for _, re := range m.patterns {
		for _, at := range re.FindAllSubmatchIndex(content, -1) {
			if !m.byValue {
				if at[1] > at[0] {
					c.N++
				}
				continue
			}
			for i := 2; i < len(at); i += 2 {
				if at[i] < at[i+1] {
					if c.Values == nil {
						c.Values = map[string]int64{}
					}
					c.Values[string(content[at[i]:at[i+1]])]++
					c.N++
				}
			}
		}
	}
	return c
}

// PerRepository reports whether a commit counts 1 if anything matched
// (select:repo).
func (m *Matcher) PerRepository() bool { return m.q.Select == query.SelectRepo }

// ContentOnly reports whether files of equal content, for which Want says
// Content, have equal counts whatever their paths.
func (m *Matcher) ContentOnly() bool { return true }

// binaryPrefix is how far git looks for a NUL byte (FIRST_FEW_BYTES of its
// xdiff interface).
const binaryPrefix = 8000

// IsBinary reports whether git would take content for binary: a NUL in the
// first 8000 bytes.
func IsBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), binaryPrefix)], 0) >= 0
}
