package match

import (
	"bytes"
	"sync/atomic"
)

// A finder finds one pattern's matches in a file: non-empty, non-overlapping and leftmost-first.
// Finders are safe for concurrent use.
//
// A finder whose work may take long regularly checks the flag `stop`, which may be nil. If the flag
// is true, the finder returns soon, and its result is meaningless.
type finder interface {
	// has reports whether there is a match.
	has(content []byte, stop *atomic.Bool) bool
	// count returns the number of matches.
	count(content []byte, stop *atomic.Bool) int64
	// ranges appends the matches, in order, to the given spans, and returns the result.
	ranges(content []byte, to []span, stop *atomic.Bool) []span
}

// span is a match: content[start:end].
type span struct{ start, end int }

// oneLiteral finds the occurrences of one literal.
type oneLiteral struct{ *literal }

func (f oneLiteral) has(content []byte, _ *atomic.Bool) bool {
	s := f.scan(content)
	start, _ := s.next(0)
	return start < len(content)
}

func (f oneLiteral) count(content []byte, _ *atomic.Bool) int64 {
	if !f.fold {
		return int64(bytes.Count(content, f.bytes))
	}
	n := int64(0)
	s := f.scan(content)
	for start, end := s.next(0); start < len(content); start, end = s.next(end) {
		n++
	}
	return n
}

func (f oneLiteral) ranges(content []byte, to []span, _ *atomic.Bool) []span {
	s := f.scan(content)
	for start, end := s.next(0); start < len(content); start, end = s.next(end) {
		to = append(to, span{start, end})
	}
	return to
}

// anyLiteral finds the occurrences of several literals. If two of them start at the same position,
// the match is the one that comes first in the list, as in an alternation in a regular expression.
type anyLiteral []*literal

// anyScanner combines the scanners of several literals.
type anyScanner struct {
	content  []byte
	scanners []scanner
	starts   []int
	ends     []int
}

func (f anyLiteral) scan(content []byte) *anyScanner {
	s := &anyScanner{
		content:  content,
		scanners: make([]scanner, len(f)),
		starts:   make([]int, len(f)),
		ends:     make([]int, len(f)),
	}
	for i, l := range f {
		s.scanners[i] = l.scan(content)
		s.starts[i] = -1
	}
	return s
}

// next is like scanner.next, for all literals.
func (s *anyScanner) next(from int) (start, end int) {
	start, end = len(s.content), len(s.content)
	for i := range s.scanners {
		if s.starts[i] < from {
			s.starts[i], s.ends[i] = s.scanners[i].next(from)
		}
		if s.starts[i] < start {
			start, end = s.starts[i], s.ends[i]
		}
	}
	return start, end
}

func (f anyLiteral) has(content []byte, stop *atomic.Bool) bool {
	for _, l := range f {
		if (oneLiteral{l}).has(content, stop) {
			return true
		}
	}
	return false
}

func (f anyLiteral) count(content []byte, _ *atomic.Bool) int64 {
	n := int64(0)
	s := f.scan(content)
	for start, end := s.next(0); start < len(content); start, end = s.next(end) {
		n++
	}
	return n
}

func (f anyLiteral) ranges(content []byte, to []span, _ *atomic.Bool) []span {
	s := f.scan(content)
	for start, end := s.next(0); start < len(content); start, end = s.next(end) {
		to = append(to, span{start, end})
	}
	return to
}
