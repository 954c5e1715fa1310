package match

import (
	"bytes"
	"crypto/sha256"
	"regexp/syntax"
	"slices"
	"sync/atomic"

	"github.com/backsight/backsight/search/query"
)

// A Text is what a matcher of the kind query.Diffs has to know of a content: the
// lines that its patterns match, and how often each is there. It is small where
// matches are few.
//
// A change adds the lines of which its new content has more than the old one, and
// removes those of which it has fewer. So a line that moved within its file is
// neither, and the answer does not depend on how a diff is drawn. Lines are compared
// without their ends; binary contents have none, nor has what takes their place.
type Text struct {
	binary bool
	lines  [][]line // by pattern, sorted
}

// line is a distinct line of a content, by its hash.
type line struct {
	hash [16]byte
	n    int32
}

// lineSide says which lines of a change patterns are about.
type lineSide int

const (
	changedLines lineSide = iota // those added and those removed
	addedLines
	removedLines
)

// Text looks through a content. It retains nothing of it.
func (m *Matcher) Text(content []byte) *Text {
	t := &Text{binary: IsBinary(content)}
	if t.binary || m.patterns == 0 {
		return t
	}
	t.lines = make([][]line, m.patterns)
	var visit func(n *node)
	visit = func(n *node) {
		if n.op == isPattern && t.lines[n.pattern.id] == nil {
			t.lines[n.pattern.id] = n.pattern.linesOf(content, m.stop)
		}
		for _, k := range n.kids {
			visit(k)
		}
	}
	visit(m.expr)
	return t
}

// linesOf is the lines that have a match, each searched as if it were all there is.
func (p *pattern) linesOf(content []byte, stop *atomic.Bool) []line {
	if !p.required.Holds(content) {
		return nil
	}
	var all []line
	add := func(text []byte) {
		sum := sha256.Sum256(text)
		all = append(all, line{hash: [16]byte(sum[:16]), n: 1})
	}
	if p.inLine {
		from := 0
		for _, s := range p.finder.ranges(content, nil, stop) {
			if s.start < from {
				continue // on the line of the match before
			}
			start := bytes.LastIndexByte(content[:s.start], '\n') + 1
			end := lineEnd(content, s.start)
			add(content[start:end])
			from = end + 1
		}
	} else {
		for start := 0; start < len(content); {
			end := lineEnd(content, start)
			if p.finder.has(content[start:end], stop) {
				add(content[start:end])
			}
			start = end + 1
		}
	}
	slices.SortFunc(all, func(a, b line) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	kept := all[:0]
	for _, l := range all {
		if n := len(kept); n > 0 && kept[n-1].hash == l.hash {
			kept[n-1].n++
		} else {
			kept = append(kept, l)
		}
	}
	return slices.Clip(kept)
}

// inLine says whether every match of a pattern stays in a line and is the same in
// the line alone.
func inLine(p *query.Pattern) bool {
	if p.Kind == query.Literal {
		return !bytes.ContainsRune([]byte(p.Text), '\n')
	}
	tree, err := syntax.Parse("(?m)"+p.Text, syntax.Perl)
	return err == nil && p.Kind == query.Regexp && staysInLine(tree)
}

// hasLine says whether a change has a line that a pattern matches.
func (c *Change) hasLine(id int, side lineSide) bool {
	if c.Old != nil && c.Old.binary || c.New != nil && c.New.binary {
		return false
	}
	return side != removedLines && hasMore(c.New, c.Old, id) || side != addedLines && hasMore(c.Old, c.New, id)
}

// hasMore says whether a has more of some line than b.
func hasMore(a, b *Text, id int) bool {
	if a == nil {
		return false
	}
	var others []line
	if b != nil {
		others = b.lines[id]
	}
	for _, l := range a.lines[id] {
		for len(others) > 0 && bytes.Compare(others[0].hash[:], l.hash[:]) < 0 {
			others = others[1:]
		}
		if len(others) == 0 || others[0].hash != l.hash || others[0].n < l.n {
			return true
		}
	}
	return false
}
