package match

import (
	"bytes"
	"sort"

	"github.com/backsight/backsight/search/query/template"
)

// A structuralRun matches a template in one file.
type structuralRun struct {
	content []byte
	marks   []template.Mark
	visits  int
	memo    map[memoKey][]known
	trace   func(h *template.Hole, value []byte) // if not nil, called with the value of each hole
}

// match returns the end of a match of steps that starts at a position of a level, or -1.
func (r *structuralRun) match(steps []step, at int, lv level) int {
	for i := range steps {
		s := &steps[i]
		start := at
		r.visits++
		switch s.kind {
		case stepText:
			at = r.text(s, at, lv)
		case stepSpace:
			at = r.far(s, at, lv, func(at int) int { return r.space(at, lv) })
		case stepGroup, stepQuoted:
			at = r.nested(s, at, lv)
		default:
			at = r.hole(s, steps[i+1:], at, lv)
		}
		if at < 0 {
			return -1
		}
		if r.trace != nil && s.kind == stepHole {
			r.trace(s.hole, r.content[start:at])
		}
	}
	if lv.closed && at != lv.end {
		return -1
	}
	return at
}

func (r *structuralRun) text(s *step, at int, lv level) int {
	end := at + len(s.text)
	if end > lv.end || !bytes.Equal(r.content[at:end], s.text) {
		return -1
	}
	if s.risky && !lv.text {
		if i := r.markFrom(at); i < len(r.marks) && r.marks[i].Start < end {
			return -1
		}
	}
	return end
}

// nested matches a group or a string, including its inside.
func (r *structuralRun) nested(s *step, at int, lv level) int {
	if at >= lv.end || !bytes.HasPrefix(r.content[at:], s.text) {
		return -1
	}
	id, ok := r.markAt(at, lv)
	if !ok {
		return -1
	}
	m := r.marks[id]
	inner := level{id: id, end: m.End - 1, closed: true}
	switch {
	case s.kind == stepGroup && m.Kind == template.Pair:
	case s.kind == stepQuoted && m.Kind == template.String && m.Width == len(s.text):
		inner.end, inner.text = m.End-m.Width, true
	default:
		return -1
	}
	if r.match(s.inner, at+len(s.text), inner) < 0 {
		return -1
	}
	return m.End
}

// hole returns where a hole ends, or -1.
func (r *structuralRun) hole(s *step, rest []step, at int, lv level) int {
	switch s.hole.Kind {
	case template.Word:
		return r.far(s, at, lv, func(at int) int {
			if template.IsWord(r.content[at]) {
				return at + 1
			}
			return -1
		})
	case template.Blank:
		return r.far(s, at, lv, func(at int) int {
			if c := r.content[at]; c == ' ' || c == '\t' {
				return at + 1
			}
			return -1
		})
	case template.Line:
		end := r.near(s, at, lv, 0, func(at int) int { return r.any(at, lv) }, func(at int, _ bool) bool {
			return at < lv.end && r.content[at] == '\n'
		})
		if end < 0 {
			return -1
		}
		return end + 1
	case template.Regexp:
		end := min(lv.end, at+holeWindow)
		if !lv.text {
			if i := r.markFrom(at); i < len(r.marks) {
				end = min(end, r.marks[i].Start)
			}
		}
		if found := s.re.FindIndex(r.content[at:end]); found != nil {
			return at + found[1]
		}
		return -1
	}
	follows := func(at int, last bool) bool {
		if len(rest) == 0 {
			return last && (!lv.closed || at == lv.end)
		}
		if first := rest[0].text; len(first) > 0 && (at == len(r.content) || r.content[at] != first[0]) {
			return false
		}
		return r.alone().match(rest, at, lv) >= 0
	}
	switch s.hole.Kind {
	case template.Expression:
		return r.near(s, at, lv, 1, func(at int) int { return r.expression(at, lv, true) }, follows)
	case template.NonSpace:
		return r.near(s, at, lv, 1, func(at int) int { return r.expression(at, lv, false) }, follows)
	default:
		return r.near(s, at, lv, 0, func(at int) int { return r.any(at, lv) }, follows)
	}
}

// alone returns the run without its trace, for attempts that may fail.
func (r *structuralRun) alone() *structuralRun {
	if r.trace == nil {
		return r
	}
	quiet := *r
	quiet.trace = nil
	return &quiet
}

// any returns the position after the byte, string, comment or group that starts at a position.
func (r *structuralRun) any(at int, lv level) int {
	if id, ok := r.markAt(at, lv); ok {
		return r.marks[id].End
	}
	return at + 1
}

// expression returns the position after the byte that starts at a position or, if `nested` is set,
// after the string or group that starts there. It returns -1 for white space, for a comment and,
// unless `nested` is set, for a string or group.
func (r *structuralRun) expression(at int, lv level, nested bool) int {
	if id, ok := r.markAt(at, lv); ok {
		if !nested || r.marks[id].Kind == template.Comment {
			return -1
		}
		return r.marks[id].End
	}
	if template.IsSpace(r.content[at]) {
		return -1
	}
	return at + 1
}

// space returns the position after white space or a comment, or -1.
func (r *structuralRun) space(at int, lv level) int {
	if template.IsSpace(r.content[at]) {
		return at + 1
	}
	if id, ok := r.markAt(at, lv); ok && r.marks[id].Kind == template.Comment {
		return r.marks[id].End
	}
	return -1
}

// markAt returns the index of the mark that starts at a position.
func (r *structuralRun) markAt(at int, lv level) (int, bool) {
	if lv.text || !template.Special[r.content[at]] {
		return 0, false
	}
	i := r.markFrom(at)
	return i, i < len(r.marks) && r.marks[i].Start == at
}

// markFrom returns the index of the first mark that starts at or after a position.
func (r *structuralRun) markFrom(at int) int {
	return sort.Search(len(r.marks), func(i int) bool { return r.marks[i].Start >= at })
}

// namesAgree reports whether holes with the same name match equal text in the match that starts at
// a position.
func (r *structuralRun) namesAgree(steps []step, start int, lv level) bool {
	values := map[string][]byte{}
	agree := true
	traced := *r
	traced.trace = func(h *template.Hole, value []byte) {
		if h.Name == template.Unnamed {
			return
		}
		if before, ok := values[h.Name]; ok {
			agree = agree && bytes.Equal(before, value)
			return
		}
		values[h.Name] = value
	}
	traced.match(steps, start, lv)
	return agree
}
