package match

import (
	"bytes"
	"sync/atomic"

	"github.com/backsight/backsight/search/match/internal/dfa"
)

// An engine finds the matches of a regular expression with an automaton, which it runs on as little
// of the content as possible.
type engine struct {
	re *dfa.Regexp
	// required has literals; every match contains at least one of them. It may be empty.
	required anyLiteral
	// prefix has literals; every match starts with one of them. If it is not empty, the automaton
	// searches the whole content, but only from the occurrences of the literals.
	prefix anyLiteral
	// byLine says that no match contains a line end or depends on anything outside its line, so
	// lines can be searched one at a time.
	byLine bool
	// trims says that a line ends before \r\n. It may only be set if byLine is set, prefix is
	// empty, and required or run is not empty.
	trims bool
	// run, if not nil, occurs in every match. It is only used if byLine is set, and if required and
	// prefix are empty.
	run *run
	// class, if not nil, finds the matches instead of the automaton. It may only be set if required
	// and prefix are empty and run is nil.
	class *runeClass
	// captures finds the values of groups. It is nil if they are not needed.
	captures *captures
}

// starts implements dfa.Candidates with the places in a file where one of several literals occurs.
type starts struct{ *anyScanner }

func (s starts) Next(from int) int {
	at, _ := s.next(from)
	return at
}

// search calls yield for each part of content that can contain matches, from left to right, until
// yield returns false or the flag `stop` is set. The matches in these parts are exactly the matches
// in content. The arguments of yield are a Searcher that is ready to search the part, the part
// itself, and its offset in content.
func (f *engine) search(content []byte, stop *atomic.Bool, yield func(s *dfa.Searcher, part []byte, offset int) bool) {
	s := f.re.Searcher()
	defer s.Close()
	if len(f.prefix) > 0 {
		if len(f.required) == 0 || f.required.has(content, stop) {
			s.Reset(content, starts{f.prefix.scan(content)}, stop)
			yield(s, content, 0)
		}
		return
	}
	f.parts(content, func(part []byte, offset int) bool {
		s.Reset(part, nil, stop)
		return yield(s, part, offset) && !s.Stopped()
	})
}

func (f *engine) parts(content []byte, yield func(part []byte, offset int) bool) {
	switch {
	case len(f.required) > 0 && !f.byLine:
		if f.required.has(content, nil) {
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
			if !yield(f.line(content, start, end), start) {
				return
			}
			from = end + 1
		}
	case f.run != nil:
		for from := 0; from < len(content); {
			start, end, ok := f.run.lineWith(content, from)
			if !ok || !yield(f.line(content, start, end), start) {
				return
			}
			from = end + 1
		}
	default:
		yield(content, 0)
	}
}

// line returns the line content[start:end]. The position end is that of the line's \n, or the end
// of content. If f.trims is set, the result leaves out a \r before the \n.
func (f *engine) line(content []byte, start, end int) []byte {
	if f.trims && start < end && end < len(content) && content[end-1] == '\r' {
		end--
	}
	return content[start:end]
}

// lineEnd returns the first position p >= from of a line end, or the length of content.
func lineEnd(content []byte, from int) int {
	if i := bytes.IndexByte(content[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(content)
}

func (f *engine) has(content []byte, stop *atomic.Bool) (found bool) {
	if f.class != nil {
		return f.class.has(content, stop)
	}
	f.search(content, stop, func(s *dfa.Searcher, _ []byte, _ int) bool {
		_, found = s.End()
		return !found
	})
	return found
}

func (f *engine) count(content []byte, stop *atomic.Bool) (n int64) {
	if f.class != nil {
		return f.class.count(content, stop)
	}
	f.search(content, stop, func(s *dfa.Searcher, _ []byte, _ int) bool {
		n += s.Count()
		return true
	})
	return n
}

func (f *engine) ranges(content []byte, to []span, stop *atomic.Bool) []span {
	if f.class != nil {
		f.class.each(content, stop, func(start, end int) bool {
			to = append(to, span{start, end})
			return true
		})
		return to
	}
	f.search(content, stop, func(s *dfa.Searcher, _ []byte, offset int) bool {
		for {
			start, end, ok := s.Next()
			if !ok {
				return true
			}
			to = append(to, span{offset + start, offset + end})
		}
	})
	return to
}

// lines calls yield with each line of content that has a match. No match may contain a line end.
func (f *engine) lines(content []byte, stop *atomic.Bool, yield func(start, end int)) {
	if f.class != nil {
		for start := 0; start < len(content); {
			end := lineEnd(content, start)
			if f.class.has(content[start:end], stop) {
				yield(start, end)
			}
			start = end + 1
		}
		return
	}
	f.search(content, stop, func(s *dfa.Searcher, part []byte, offset int) bool {
		for {
			last, ok := s.End()
			if !ok {
				return true
			}
			last += offset - 1
			start, end := bytes.LastIndexByte(content[:last], '\n')+1, lineEnd(content, last)
			yield(start, end)
			s.Skip(end - offset)
		}
	})
}

// groups calls yield with each non-empty value of a capturing group.
func (f *engine) groups(content []byte, stop *atomic.Bool, yield func(value []byte)) {
	if f.class != nil {
		f.class.each(content, stop, func(start, end int) bool {
			f.captures.each(content, start, end, stop, yield)
			return true
		})
		return
	}
	f.search(content, stop, func(s *dfa.Searcher, part []byte, _ int) bool {
		for {
			start, end, ok := s.Next()
			if !ok {
				return true
			}
			f.captures.each(part, start, end, stop, yield)
		}
	})
}
