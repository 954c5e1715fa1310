package dfa

import "unicode/utf8"

// startOf is where the match starts that find found to end at end, from from on: the
// leftmost place from which some match ends there. It is false if the search was
// stopped.
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
		// The rune before from is looked at for what it says of from, no more.
		if i <= from || size == 0 || entry&offsetMask == deadEntry&offsetMask {
			return start, true
		}
		state = entry & offsetMask
		i -= size
	}
	return 0, false
}
