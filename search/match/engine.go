package match

import (
	"bytes"
	"regexp"
)

// engine finds a regular expression with Go's engine, on as little of a content
// as can hold a match.
type engine struct {
	re *regexp.Regexp
	// required has literals one of which is in every match; empty if none is
	// known.
	required anyLiteral
	// byLine says that no match spans a line end and that none depends on more
	// than its line, so that lines can be searched one at a time.
	byLine bool
	// run, unless nil, is in every match. It is there with byLine only, and if
	// nothing is required.
	run *run
	// start is for expressions of which neither lines nor other parts can be
	// searched alone, but of which it is known where matches start; else nil.
	start *starts
}

// starts is where matches can start, and how to look there.
type starts struct {
	prefix    anyLiteral     // with one of which every match begins
	lineStart bool           // at the start of a line only
	anchored  *regexp.Regexp // the expression, at the start of a text only
}

// blockSize is about how many bytes of whole lines are given to the engine at a
// time. Go's backtracking matcher, which is several times faster than the one
// for longer inputs, takes 256,000 bits: 2 KB for a program of 125 instructions.
const blockSize = 2 << 10

// maxMisses is how many places where a match could start, but none does, are
// looked at one by one in a content. Each look can run to the end of the content;
// after these the engine runs over the rest once.
const maxMisses = 64

// each calls yield with the non-empty matches in content, from left to right:
// with a part of content, its offset, and what regexp's FindSubmatchIndex says of
// the part, groups only if asked for.
func (f *engine) each(content []byte, groups bool, yield func(part []byte, offset int, at []int) bool) {
	if f.start != nil {
		if len(f.required) == 0 || f.required.has(content) {
			f.eachStart(content, yield)
		}
		return
	}
	f.parts(content, func(part []byte, offset int) bool {
		var all [][]int
		if groups {
			all = f.re.FindAllSubmatchIndex(part, -1)
		} else {
			all = f.re.FindAllIndex(part, -1)
		}
		for _, at := range all {
			if at[0] < at[1] && !yield(part, offset, at) {
				return false
			}
		}
		return true
	})
}

// parts calls yield with the parts of content that can hold matches, from left
// to right. The matches in the parts are the matches in content.
func (f *engine) parts(content []byte, yield func(part []byte, offset int) bool) {
	switch {
	case len(f.required) > 0 && !f.byLine:
		if f.required.has(content) {
			yield(content, 0)
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
			if !yield(content[start:end], start) {
				return
			}
			from = end + 1
		}
	case f.run != nil:
		for from := 0; from < len(content); {
			start, end, ok := f.run.lineWith(content, from)
			if !ok || !yield(content[start:end], start) {
				return
			}
			from = end + 1
		}
	case f.byLine:
		for start := 0; start < len(content); {
			end := lineEnd(content, min(start+blockSize, len(content)))
			if !yield(content[start:end], start) {
				return
			}
			start = end + 1
		}
	default:
		yield(content, 0)
	}
}

// lineEnd is the place of the first line end at or after from, or the end.
func lineEnd(content []byte, from int) int {
	if i := bytes.IndexByte(content[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(content)
}

// eachStart looks where a match can start.
func (f *engine) eachStart(content []byte, yield func(part []byte, offset int, at []int) bool) {
	s := f.start.prefix.scan(content)
	misses := 0
	for from := 0; from < len(content); {
		start, _ := s.next(from)
		if start == len(content) {
			return
		}
		if f.start.lineStart && start > 0 && content[start-1] != '\n' {
			from = start + 1
			continue
		}
		rest := content[start:]
		re := f.start.anchored
		if misses == maxMisses {
			re = f.re
		}
		at := re.FindSubmatchIndex(rest)
		switch {
		case at != nil:
			if !yield(rest, start, at) {
				return
			}
			from = start + at[1]
		case misses == maxMisses:
			return
		default:
			misses++
			from = start + 1
		}
	}
}

func (f *engine) has(content []byte) bool {
	found := false
	if f.start == nil {
		// The first match is enough, if it is not empty.
		empty := false
		f.parts(content, func(part []byte, _ int) bool {
			at := f.re.FindIndex(part)
			found = at != nil && at[0] < at[1]
			empty = empty || at != nil && !found
			return !found
		})
		if found || !empty {
			return found
		}
	}
	f.each(content, false, func([]byte, int, []int) bool {
		found = true
		return false
	})
	return found
}

func (f *engine) count(content []byte) int64 {
	n := int64(0)
	f.each(content, false, func([]byte, int, []int) bool {
		n++
		return true
	})
	return n
}

func (f *engine) ranges(content []byte, to []span) []span {
	f.each(content, false, func(_ []byte, offset int, at []int) bool {
		to = append(to, span{offset + at[0], offset + at[1]})
		return true
	})
	return to
}

// groups calls yield with each value of a capturing group that is not empty.
func (f *engine) groups(content []byte, yield func(value []byte)) {
	f.each(content, true, func(part []byte, _ int, at []int) bool {
		for i := 2; i < len(at); i += 2 {
			if at[i] < at[i+1] {
				yield(part[at[i]:at[i+1]])
			}
		}
		return true
	})
}
