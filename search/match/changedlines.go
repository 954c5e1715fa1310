package match

import "bytes"

// ChangedLines says which patterns of a matcher match a line that a change adds, and which match a
// line that it removes. The comment of Text says which lines these are. The zero value means none.
type ChangedLines struct {
	found []bool // by pattern id for the added lines, then by pattern id for the removed ones
}

// ChangedLines compares the contents of a file before and after a change. An empty content also
// stands for a file that does not exist. The result is that of ChangedLinesOf for the texts of both
// contents, but only the lines from the first to the last difference are searched.
func (m *Matcher) ChangedLines(before, after []byte) ChangedLines {
	before, binary := Decode(before)
	if binary {
		return ChangedLines{}
	}
	after, binary = Decode(after)
	if binary {
		return ChangedLines{}
	}
	start, end := equalLines(before, after)
	if mark := []byte(byteOrderMark); start == 0 && (bytes.HasPrefix(before, mark) || bytes.HasPrefix(after, mark)) {
		end = 0 // the mark of one text can be the start of a line in the other
	}
	before, after = before[start:len(before)-end], after[start:len(after)-end]
	later := start > 0
	switch {
	case len(before) == 0:
		return m.linesOn(addedLines, after, later)
	case len(after) == 0:
		return m.linesOn(removedLines, before, later)
	}
	return m.linesOfBoth(before, after, later)
}

// linesOfBoth returns the ChangedLines of a change between two texts that are not empty.
func (m *Matcher) linesOfBoth(before, after []byte, later bool) (l ChangedLines) {
	var diffs [4]*lineDiff // by form.number
	defer func() {
		for _, d := range diffs {
			if d != nil {
				d.close()
			}
		}
	}()
	seen := make([]bool, m.patterns)
	m.eachPattern(func(p *pattern) {
		if seen[p.id] || !p.required.Holds(before) && !p.required.Holds(after) {
			return
		}
		seen[p.id] = true
		form := p.form.at(later)
		d := &diffs[form.number()]
		if *d == nil {
			*d = newLineDiff(form.of(before), form.of(after))
		}
		added, removed := (*d).changed(func(line []byte) bool { return p.finder.has(line, m.stop) })
		l.set(m, addedLines, p.id, added)
		l.set(m, removedLines, p.id, removed)
	})
	return l
}

// ChangedLinesOf compares the texts of a file before and after a change. nil stands for a file that
// does not exist.
func (m *Matcher) ChangedLinesOf(before, after *Text) ChangedLines {
	if before != nil && before.binary || after != nil && after.binary {
		return ChangedLines{}
	}
	var l ChangedLines
	for id := range m.patterns {
		l.set(m, addedLines, id, hasMore(after, before, id))
		l.set(m, removedLines, id, hasMore(before, after, id))
	}
	return l
}

// linesOn returns the ChangedLines of a change that only adds lines, or only removes lines. `later`
// says that they are not at the start of the text.
func (m *Matcher) linesOn(side lineSide, lines []byte, later bool) ChangedLines {
	var l ChangedLines
	if len(lines) == 0 {
		return l
	}
	m.eachPattern(func(p *pattern) {
		if !l.has(m, p.id, side) {
			l.set(m, side, p.id, p.hasLine(lines, later, m.stop))
		}
	})
	return l
}

func (l *ChangedLines) set(m *Matcher, side lineSide, id int, found bool) {
	if !found {
		return
	}
	if l.found == nil {
		l.found = make([]bool, 2*m.patterns)
	}
	if side == removedLines {
		id += m.patterns
	}
	l.found[id] = true
}

// has reports whether a pattern matches a line on the given side.
func (l *ChangedLines) has(m *Matcher, id int, side lineSide) bool {
	if l.found == nil {
		return false
	}
	return side != removedLines && l.found[id] || side != addedLines && l.found[m.patterns+id]
}

// equalLines returns how many bytes two texts have in common at the start and at the end, as whole
// lines.
func equalLines(a, b []byte) (start, end int) {
	n := min(len(a), len(b))
	for start+equalStep <= n && string(a[start:start+equalStep]) == string(b[start:start+equalStep]) {
		start += equalStep
	}
	for start < n && a[start] == b[start] {
		start++
	}
	if start == len(a) && start == len(b) {
		return start, 0
	}
	start = bytes.LastIndexByte(a[:start], '\n') + 1
	n -= start
	for end+equalStep <= n && string(a[len(a)-end-equalStep:len(a)-end]) == string(b[len(b)-end-equalStep:len(b)-end]) {
		end += equalStep
	}
	for end < n && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	if startsLine(a, start, end) && startsLine(b, start, end) {
		return start, end
	}
	if i := bytes.IndexByte(a[len(a)-end:], '\n'); i >= 0 {
		return start, end - i - 1
	}
	return start, 0
}

// equalStep is how many bytes equalLines compares at a time.
const equalStep = 128

// startsLine reports whether a line starts `end` bytes before the end of the text. The position
// `start` must be the start of a line.
func startsLine(text []byte, start, end int) bool {
	at := len(text) - end
	return at == start || text[at-1] == '\n'
}
