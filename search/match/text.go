package match

import (
	"bytes"
	"crypto/sha256"
	"regexp/syntax"
	"slices"
	"sync/atomic"

	"github.com/backsight/backsight/search/query"
)

// A Text has what a matcher of kind query.Diffs needs of a file's content: the lines that the
// matcher's patterns match, and how often each line occurs. It is small if there are few matches.
//
// A change adds the lines that its new content contains more often than the old one, and removes
// those that it contains less often. So a line that only moved within its file is neither added nor
// removed, and the result does not depend on a diff algorithm. Lines are compared without their
// line ends. Binary contents have no lines. If one side of a change is binary, the other side has
// no lines either.
type Text struct {
	binary bool
	lines  [][]line // by pattern id, sorted
}

// A line is a distinct line of a file, identified by its hash.
type line struct {
	hash [16]byte
	n    int32
}

// A lineSide says in which lines of a change the patterns are searched for.
type lineSide int

const (
	changedLines lineSide = iota // added and removed lines
	addedLines
	removedLines
)

// Text finds the matching lines of a file. It retains no part of content.
func (m *Matcher) Text(content []byte) *Text {
	text, binary := Decode(content)
	if binary {
		return &Text{binary: true}
	}
	return m.textOf(text, false)
}

// textOf returns the Text of a part of a file's text. `later` says that it is not the first part.
func (m *Matcher) textOf(text []byte, later bool) *Text {
	t := &Text{}
	if m.patterns == 0 {
		return t
	}
	t.lines = make([][]line, m.patterns)
	var visit func(n *node)
	visit = func(n *node) {
		if n.op == isPattern && t.lines[n.pattern.id] == nil {
			t.lines[n.pattern.id] = n.pattern.linesOf(text, later, m.stop)
		}
		for _, k := range n.kids {
			visit(k)
		}
	}
	visit(m.expr)
	return t
}

// linesOf returns the distinct lines with a match, sorted by hash. Each line is searched as if it
// were the whole content.
func (p *pattern) linesOf(content []byte, later bool, stop *atomic.Bool) []line {
	if !p.required.Holds(content) {
		return nil
	}
	form := p.form.at(later)
	if form.byLine {
		content = form.unmarked(content)
	} else {
		content = form.of(content)
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
				continue // on the same line as the previous match
			}
			start := bytes.LastIndexByte(content[:s.start], '\n') + 1
			end := lineEnd(content, s.start)
			add(form.line(content[start:end], end < len(content)))
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

// inLine reports whether every match of a pattern is within a line, and is the same in that line
// alone.
func inLine(p *query.Pattern) bool {
	if p.Kind == query.Literal {
		return !bytes.ContainsRune([]byte(p.Text), '\n')
	}
	tree, err := syntax.Parse("(?m)"+p.Text, syntax.Perl)
	return err == nil && p.Kind == query.Regexp && staysInLine(tree)
}

// hasLine reports whether a pattern matches a line of the change on the given side.
func (c *Change) hasLine(id int, side lineSide) bool {
	if c.Old != nil && c.Old.binary || c.New != nil && c.New.binary {
		return false
	}
	return side != removedLines && hasMore(c.New, c.Old, id) || side != addedLines && hasMore(c.Old, c.New, id)
}

// hasMore reports whether the text `a` contains some line with a match of the pattern more often
// than the text `b` does.
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
