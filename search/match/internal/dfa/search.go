package dfa

import (
	"sync/atomic"
	"unicode/utf8"
)

// Candidates says where matches can start.
type Candidates interface {
	// Next is the first place at or after from at which a match can start, or the
	// content's length. It is asked for places in ascending order.
	Next(from int) int
}

// Searcher finds the matches in a content. It is for one goroutine at a time.
type Searcher struct {
	of       *Regexp
	forward  *cache
	backward *cache // nil until it is needed

	content    []byte
	candidates Candidates // or nil
	stop       *atomic.Bool
	stopped    bool
	budget     int   // work until the stop flag is looked at
	spent      int64 // work since Reset
	slow       bool  // the table is given up for this content
	taken      int   // bytes since the table was emptied
	pos        int   // where the next match can start
}

// checkEvery is how much work is done between two looks at the stop flag: bytes
// taken or instructions visited.
const checkEvery = 64 << 10

// leastUse is how many bytes a state is taken for on average, at least, for a table
// to be worth the while. Below it, a full table is given up for the rest of a
// content.
const leastUse = 10

// Reset begins the search of a content. candidates must be there if the Regexp
// was compiled for them. stop, which may be nil, ends the search when it is set:
// nothing more is found then, which is no answer about the content.
func (s *Searcher) Reset(content []byte, candidates Candidates, stop *atomic.Bool) {
	s.content, s.candidates, s.stop = content, candidates, stop
	s.stopped, s.slow = false, false
	s.pos, s.spent = 0, 0
	if s.budget <= 0 {
		s.budget = checkEvery
	}
}

// Stopped says that the stop flag was seen, so that matches may have been missed.
func (s *Searcher) Stopped() bool { return s.stopped }

// Count is the number of the matches that are left.
func (s *Searcher) Count() (n int64) {
	for {
		if _, ok := s.End(); !ok {
			return n
		}
		n++
	}
}

// End goes to the next match, and says where it ends.
func (s *Searcher) End() (end int, ok bool) {
	_, end, ok = s.advance()
	return end, ok
}

// Next goes to the next match, and says where it is.
func (s *Searcher) Next() (start, end int, ok bool) {
	from, end, ok := s.advance()
	if !ok {
		return 0, 0, false
	}
	start, ok = s.startOf(from, end)
	return start, end, ok
}

// advance goes to the next match, and says where it ends and where the search that
// found it began.
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
			// The same empty match would be found again there: go on behind the next rune.
			_, size := utf8.DecodeRune(s.content[end:])
			s.pos = end + max(size, 1)
		}
	}
	return 0, 0, false
}

// work counts work, and looks at the stop flag now and then.
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

// wasteful says, when a table was emptied, whether it was hardly used.
func (s *Searcher) wasteful(c *cache) bool {
	s.slow = s.taken < leastUse*c.held
	s.taken = 0
	return s.slow
}

// skip is the first place at or after i at which an attempt to match may get
// somewhere, if there is a fast way to find it.
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

// kindBefore is the kind of what stands before a place.
func kindBefore(content []byte, i int) kind {
	if i == 0 {
		return edge
	}
	return kindOfByte[content[i-1]]
}

// find is the leftmost match at or after i, of those at the same place the most
// preferred: where it ends, and whether it is empty. end is negative if there is
// none.
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
			continue // it was time to look at the stop flag
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
		}
		state = entry & offsetMask
		if state == deadEntry&offsetMask {
			return end, empty
		}
		i += size
		if entry&matchFlag == 0 { // back at a start
			i = s.skip(i)
			state = c.startAt(kindBefore(content, i))
		}
	}
	return -1, false
}

// decode is the column and the length of the rune at a place.
func (s *Searcher) decode(i int) (column uint16, size int) {
	if b := s.content[i]; b < utf8.RuneSelf {
		return s.of.forward.classes.ascii[b], 1
	}
	r, size := utf8.DecodeRune(s.content[i:])
	return s.of.forward.classes.find(r), size
}

// findSlowly goes on with find without a table, from the place that the last step
// led to, which is before i.
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
