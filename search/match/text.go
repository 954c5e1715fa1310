package match

import (
	"bytes"
	"cmp"
	"hash/maphash"
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
// removed, and the result does not depend on a diff algorithm. Lines are compared in the form that
// the pattern sees (form.go), without \n. Binary contents have no lines. If one side of a change is
// binary, the other side has no lines either.
type Text struct {
	binary bool
	lines  [][]line // by pattern id, sorted
}

// A line is a distinct line of a file, identified by its hash.
type line struct {
	hash lineHash
	n    int32
}

// A lineHash identifies a line in this process. It consists of two hashes with different secret
// seeds, so that nobody can choose different lines with equal hashes.
type lineHash [2]uint64

var lineSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func hashLine(text []byte) lineHash {
	return lineHash{maphash.Bytes(lineSeeds[0], text), maphash.Bytes(lineSeeds[1], text)}
}

func (h lineHash) compare(other lineHash) int {
	if h[0] != other[0] {
		return cmp.Compare(h[0], other[0])
	}
	return cmp.Compare(h[1], other[1])
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

// Lines returns the number of matching lines, summed over the patterns.
func (t *Text) Lines() (n int) {
	for _, lines := range t.lines {
		for _, l := range lines {
			n += int(l.n)
		}
	}
	return n
}

// textOf returns the Text of a part of a file's text. `later` says that it is not the first part.
func (m *Matcher) textOf(text []byte, later bool) *Text {
	t := &Text{}
	if m.patterns == 0 {
		return t
	}
	t.lines = make([][]line, m.patterns)
	m.eachPattern(func(p *pattern) {
		if t.lines[p.id] == nil {
			t.lines[p.id] = p.linesOf(text, later, m.stop)
		}
	})
	return t
}

// eachPattern calls visit for each pattern at each of its places in the query.
func (m *Matcher) eachPattern(visit func(p *pattern)) {
	var walk func(n *node)
	walk = func(n *node) {
		if n.op == isPattern {
			visit(n.pattern)
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	if m.expr != nil {
		walk(m.expr)
	}
}

// linesOf returns the distinct lines with a match, sorted by hash. Each line is searched as if it
// were the whole content.
func (p *pattern) linesOf(content []byte, later bool, stop *atomic.Bool) []line {
	if !p.required.Holds(content) {
		return nil
	}
	form := p.form.at(later)
	content = form.whole(content)
	var all []line
	add := func(text []byte) { all = append(all, line{hash: hashLine(text), n: 1}) }
	if p.inLine {
		eachLine(p.finder, content, stop, func(start, end int) {
			add(form.line(content[start:end], end < len(content)))
		})
	} else {
		for start := 0; start < len(content); {
			end := lineEnd(content, start)
			if p.finder.has(content[start:end], stop) {
				add(content[start:end])
			}
			start = end + 1
		}
	}
	slices.SortFunc(all, func(a, b line) int { return a.hash.compare(b.hash) })
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

// eachLine calls yield with each line that has a match. The finder is that of a pattern whose
// matches are within lines.
func eachLine(f finder, content []byte, stop *atomic.Bool, yield func(start, end int)) {
	if e, ok := f.(*engine); ok {
		e.lines(content, stop, yield)
		return
	}
	from := 0
	for _, s := range f.ranges(content, nil, stop) {
		if s.start < from {
			continue // on the same line as the previous match
		}
		start, end := bytes.LastIndexByte(content[:s.start], '\n')+1, lineEnd(content, s.start)
		yield(start, end)
		from = end + 1
	}
}

// hasLine reports whether some line has a match. Each line is searched as if it were the whole
// content.
func (p *pattern) hasLine(content []byte, later bool, stop *atomic.Bool) bool {
	if !p.required.Holds(content) {
		return false
	}
	form := p.form.at(later)
	content = form.whole(content)
	if p.inLine {
		return p.finder.has(content, stop)
	}
	for start := 0; start < len(content); {
		end := lineEnd(content, start)
		if p.finder.has(content[start:end], stop) {
			return true
		}
		start = end + 1
	}
	return false
}

// inLine reports whether every match of a pattern is within a line, and a search of only that line
// finds the same match.
func inLine(p *query.Pattern) bool {
	if p.Kind == query.Literal {
		return !bytes.ContainsRune([]byte(p.Text), '\n')
	}
	tree, err := syntax.Parse("(?m)"+p.Text, syntax.Perl)
	return err == nil && p.Kind == query.Regexp && staysInLine(tree)
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
		for len(others) > 0 && others[0].hash.compare(l.hash) < 0 {
			others = others[1:]
		}
		if len(others) == 0 || others[0].hash != l.hash || others[0].n < l.n {
			return true
		}
	}
	return false
}
