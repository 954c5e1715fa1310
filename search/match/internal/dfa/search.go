package dfa

import (
	"sync/atomic"
	"unicode/utf8"
)

// Candidates returns the positions where matches can start.
type Candidates interface {
	// Next returns the first position p >= from at which a match can start, or the content's
	// length. `from` must not decrease from one call to the next.
	Next(from int) int
}

// A Searcher finds the matches in a file. It must be used by one goroutine at a time.
type Searcher struct {
	of       *Regexp
	forward  *cache
	backward *cache // nil until it is needed

	content    []byte
	candidates Candidates // may be nil
	stop       *atomic.Bool
	stopped    bool
	budget     int   // remaining work before the next check of the stop flag
	spent      int64 // work since Reset
	slow       bool  // the table is no longer used for this content
	taken      int   // bytes read since the table was emptied
	pos        int   // where the next match can start
	overruns   overruns
}

// checkEvery limits the work between two checks of the stop flag: bytes read or instructions
// visited.
const checkEvery = 64 << 10

// leastUse is how many bytes must be read per state, on average, for a table to be useful. If a
// full table had less use, the rest of the content is searched without a table.
const leastUse = 10

// Reset starts the search of a file. candidates must not be nil if Compile was called with jumps,
// and must be nil otherwise. If the flag `stop`, which may be nil, becomes true, the search ends
// early and may miss matches; see Stopped.
func (s *Searcher) Reset(content []byte, candidates Candidates, stop *atomic.Bool) {
	s.content, s.candidates, s.stop = content, candidates, stop
	s.stopped, s.slow = false, false
	s.pos, s.spent = 0, 0
	s.overruns.reset()
	if s.budget <= 0 {
		s.budget = checkEvery
	}
}

// Stopped reports whether the search ended early because of the stop flag.
func (s *Searcher) Stopped() bool { return s.stopped }

// Count returns the number of remaining matches.
func (s *Searcher) Count() (n int64) {
	for {
		if _, ok := s.End(); !ok {
			return n
		}
		n++
	}
}

// End advances to the next match and returns its end. It returns false if there is none.
func (s *Searcher) End() (end int, ok bool) {
	_, end, ok = s.advance()
	return end, ok
}

// Next advances to the next match and returns its start and end. It returns false if there is none.
func (s *Searcher) Next() (start, end int, ok bool) {
	from, end, ok := s.advance()
	if !ok {
		return 0, 0, false
	}
	start, ok = s.startOf(from, end)
	return start, end, ok
}

// Skip makes the next match start at this position or later.
func (s *Searcher) Skip(to int) { s.pos = max(s.pos, min(to, len(s.content))) }

// advance moves to the next match. It returns the match's end, and where the search that found it
// began.
func (s *Searcher) advance() (from, end int, ok bool) {
	for s.pos < len(s.content) && !s.stopped {
		from := s.pos
		end, empty := s.find(from)
		switch {
		case end < 0:
			s.pos = len(s.content)
		case !empty:
			s.pos = end
			return from, end, true
		default:
			// A search from end would find the same empty match again, so continue after the next
			// rune.
			_, size := utf8.DecodeRune(s.content[end:])
			s.pos = end + max(size, 1)
		}
	}
	return 0, 0, false
}

// work counts work, and checks the stop flag when enough work has been done.
func (s *Searcher) work(n int) {
	s.spent += int64(n)
	if s.budget -= n; s.budget <= 0 {
		s.budget = checkEvery
		s.stopped = s.stopped || s.stop != nil && s.stop.Load()
	}
}

// stepped counts the work of a step.
func (s *Searcher) stepped(c *cache) {
	s.work(c.visits + 1)
	c.visits = 0
}

// wasteful reports whether the table that was just emptied had been used too little (leastUse). If
// so, the rest of the content is searched without it.
func (s *Searcher) wasteful(c *cache) bool {
	s.slow = s.taken < leastUse*c.held
	s.taken = 0
	return s.slow
}

// skip returns the first position at or after i where an attempt to match may succeed, if the
// Candidates or prefix acceleration can find it quickly; else it returns i.
func (s *Searcher) skip(i int) int {
	if s.candidates != nil {
		return s.candidates.Next(i)
	}
	before := s.of.forward.startKind(kindBefore(s.content, i))
	if !s.of.skips.worth[before] {
		return i
	}
	return s.of.skips.next(s.content, i, before)
}

// kindBefore returns the kind of the rune before a position.
func kindBefore(content []byte, i int) kind {
	if i == 0 {
		return edge
	}
	return kindOfByte[content[i-1]]
}

// find returns the end of the leftmost match at or after i, and whether the match is empty. Of
// several matches with the same start, it finds the most preferred. `end` is negative if there is
// no match, or if the search was stopped.
func (s *Searcher) find(i int) (end int, empty bool) {
	c, content := s.forward, s.content
	if s.slow {
		i = s.skip(i)
		c.begin(kindBefore(content, i))
		return s.findSlowly(i, -1, false)
	}
	columns := &c.p.classes.ascii
	end = -1
	i = s.skip(i)
	state := c.startAt(kindBefore(content, i))
	for !s.stopped {
		from, limit := i, min(len(content), i+s.budget)
		if end >= 0 && s.overruns.watched {
			if s.overruns.known(state, i) {
				s.overruns.keep(end, i)
				return end, empty
			}
			limit = min(limit, s.overruns.next)
		}
		table, entry := c.table, uint32(0)
		for i < limit {
			entry = table[state+uint32(columns[content[i]])]
			if entry >= special {
				break
			}
			state = entry
			i++
		}
		s.taken += i - from + 1
		s.work(i - from + 1)
		column, size := c.p.classes.end, 0
		switch {
		case i == len(content):
			entry = table[state+uint32(column)]
		case entry < special:
			continue // the loop ended at limit
		default:
			column, size = columns[content[i]], 1
			if entry == decodeEntry {
				column, size = s.decode(i)
				entry = table[state+uint32(column)]
			}
		}
		if entry == notYet {
			var kept bool
			entry, kept = c.entry(state, column)
			s.stepped(c)
			if !kept {
				s.overruns.forget()
			}
			if !kept && s.wasteful(c) && size > 0 {
				if entry&matchFlag != 0 {
					end, empty = i, entry&emptyFlag != 0
				}
				return s.findSlowly(i+size, end, empty)
			}
		}
		if entry < special {
			state = entry
			i += size
			continue
		}
		if entry&matchFlag != 0 {
			end, empty = i, entry&emptyFlag != 0
			s.overruns.matched()
		}
		state = entry & offsetMask
		if state == deadEntry&offsetMask {
			s.overruns.keep(end, i)
			return end, empty
		}
		i += size
		if entry&matchFlag == 0 { // no attempt is under way
			i = s.skip(i)
			state = c.startAt(kindBefore(content, i))
		}
	}
	return -1, false
}

// decode returns the column and the length of the rune at a position.
func (s *Searcher) decode(i int) (column uint16, size int) {
	if b := s.content[i]; b < utf8.RuneSelf {
		return s.of.forward.classes.ascii[b], 1
	}
	r, size := utf8.DecodeRune(s.content[i:])
	return s.of.forward.classes.find(r), size
}

// findSlowly continues the work of find without a table, from the place that the last step reached.
// This place is before the rune at i.
func (s *Searcher) findSlowly(i, end int, empty bool) (int, bool) {
	c := s.forward
	for !s.stopped {
		if len(c.to.list) == 0 {
			if !c.to.starting {
				return end, empty
			}
			if at := s.skip(i); at > i {
				i = at
				c.begin(kindBefore(s.content, i))
			}
		}
		column, size := c.p.classes.end, 0
		if i < len(s.content) {
			column, size = s.decode(i)
		}
		c.from, c.to = c.to, c.from
		what := c.step(&c.from, column)
		s.stepped(c)
		if what != nothing {
			end, empty = i, what == emptyMatch
		}
		if size == 0 {
			return end, empty
		}
		i += size
	}
	return -1, false
}
