package dfa

import "unicode/utf8"

// startOf returns the start of the match that ends at the position `end`: the leftmost position,
// not before `from`, at which a match with this end starts. The search that found the match began
// at `from`. `ok` is false if the search was stopped.
func (s *Searcher) startOf(from, end int) (start int, ok bool) {
	if s.backward == nil {
		s.backward = newCache(newStepper(s.of.backward), s.of.bound)
	}
	c, content := s.backward, s.content
	after := edge
	if end < len(content) {
		after = kindOfByte[content[end]]
	}
	columns := &c.p.classes.ascii
	state := c.startAt(after)
	start = end
	for i := end; !s.stopped; {
		column, size := c.p.classes.end, 0
		if i > 0 {
			column, size = columns[content[i-1]], 1
			if column == decodeColumn {
				var r rune
				r, size = utf8.DecodeLastRune(content[:i])
				column = c.p.classes.find(r)
			}
		}
		entry := c.table[state+uint32(column)]
		s.work(1)
		if entry == notYet {
			entry, _ = c.entry(state, column)
			s.stepped(c)
		}
		if entry&special != 0 && entry&matchFlag != 0 {
			start = i
		}
		// The rune before the position `from` is read only because assertions there depend on it.
		if i <= from || size == 0 || entry&offsetMask == deadEntry&offsetMask {
			return start, true
		}
		state = entry & offsetMask
		i -= size
	}
	return 0, false
}
