package match

import (
	"bytes"
	"regexp"
)

// engine finds a regular expression with Go's engine, on as little of a content
// as can hold a match.
type engine struct {
	re *regexp.Regexp
	// required holds literals one of which is in every match; empty if none is
	// known.
	required anyLiteral
	// byLine says that no match spans a line end and that none depends on more
	// than its line, so that lines can be searched one at a time.
	byLine bool
}

// blockSize is about how many bytes of whole lines are given to the engine at a
// time. Go's backtracking matcher, which is several times faster than the one
// for longer inputs, takes 256,000 bits: 2 KB for a program of 125 instructions.
const blockSize = 2 << 10

// parts calls yield with the parts of content that can hold matches, from left
// to right. The matches in the parts are the matches in content.
func (f *engine) parts(content []byte, yield func(offset int, part []byte) bool) {
	switch {
	case len(f.required) > 0 && !f.byLine:
		if f.required.has(content) {
			yield(0, content)
		}
	case len(f.required) > 0:
		s := f.required.scan(content)
		for from := 0; from < len(content); {
			at, _ := s.next(from)
			if at == len(content) {
				return
			}
			start := from + bytes.LastIndexByte(content[from:at], '\n') + 1
			end := lineEnd(content, at)
			if !yield(start, content[start:end]) {
				return
			}
			from = end + 1
		}
	case f.byLine:
		for start := 0; start < len(content); {
			end := lineEnd(content, min(start+blockSize, len(content)))
			if !yield(start, content[start:end]) {
				return
			}
			start = end + 1
		}
	default:
		yield(0, content)
	}
}

// lineEnd is the place of the first line end at or after from, or the end.
func lineEnd(content []byte, from int) int {
	if i := bytes.IndexByte(content[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(content)
}

func (f *engine) has(content []byte) bool {
	found := false
	f.parts(content, func(_ int, part []byte) bool {
		// The leftmost match may be empty where a later one is not.
		if at := f.re.FindIndex(part); at != nil {
			if found = at[0] < at[1]; !found {
				found = f.countIn(part) > 0
			}
		}
		return !found
	})
	return found
}

func (f *engine) countIn(part []byte) int64 {
	n := int64(0)
	for _, at := range f.re.FindAllIndex(part, -1) {
		if at[0] < at[1] {
			n++
		}
	}
	return n
}

func (f *engine) count(content []byte) int64 {
	n := int64(0)
	f.parts(content, func(_ int, part []byte) bool {
		n += f.countIn(part)
		return true
	})
	return n
}

func (f *engine) ranges(content []byte, to []span) []span {
	f.parts(content, func(offset int, part []byte) bool {
		for _, at := range f.re.FindAllIndex(part, -1) {
			if at[0] < at[1] {
				to = append(to, span{offset + at[0], offset + at[1]})
			}
		}
		return true
	})
	return to
}

// groups calls yield with each value of a capturing group that is not empty.
func (f *engine) groups(content []byte, yield func(value []byte)) {
	f.parts(content, func(_ int, part []byte) bool {
		for _, at := range f.re.FindAllSubmatchIndex(part, -1) {
			for i := 2; i < len(at); i += 2 {
				if at[i] < at[i+1] {
					yield(part[at[i]:at[i+1]])
				}
			}
		}
		return true
	})
}
