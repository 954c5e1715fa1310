package dfa

import "bytes"

// skips implements prefix acceleration: it passes over bytes at which no attempt to match makes
// progress. While no attempt is under way, the automaton is in a start state, of which there is one
// for each kind of preceding rune, and most bytes lead from one start state to another.
type skips struct {
	leaves [kinds][256]uint8 // 1 for bytes that must not be passed over
	only   [kinds][]byte     // those bytes, if there is at most one; else nil
	worth  [kinds]bool
}

// leastSkip is how many bytes must be passed over at a time, on average, for skipping to be faster
// than the table. It is an estimate.
const leastSkip = 6

func newSkips(p *program, share func(b byte) float64) *skips {
	s := &skips{}
	c := newCache(newStepper(p), TableBytes)
	var all [kinds]bool // kinds that occur
	for before := range kinds {
		all[p.seen(before)] = true
	}
	var leaves, changes [kinds][]bool // by column
	for before, occurs := range all {
		if !occurs {
			continue
		}
		leaves[before] = make([]bool, p.classes.end)
		changes[before] = make([]bool, p.classes.end)
		for column := uint16(firstClass); column < p.classes.end; column++ {
			c.begin(kind(before))
			c.from = place{starting: true, before: c.to.before}
			what := c.step(&c.from, column)
			out := what != nothing || len(c.to.list) > 0 || !c.to.starting
			leaves[before][column] = out
			changes[before][column] = out || c.to.before != c.from.before
		}
	}
	// For each start state, stop either at the bytes that leave this state or at those that leave
	// the start states altogether, whichever are rarer.
	any := make([]bool, p.classes.end)
	for before := range all {
		for column, out := range leaves[before] {
			any[column] = any[column] || out
		}
	}
	for before, occurs := range all {
		if !occurs {
			continue
		}
		own, ownShare := p.bytesOf(changes[before], share)
		group, groupShare := p.bytesOf(any, share)
		table, leave := own, ownShare
		if groupShare < ownShare {
			table, leave = group, groupShare
		}
		s.leaves[before] = table
		s.worth[before] = leave*leastSkip < 1
		bytes := []byte{}
		for b, out := range table {
			if out != 0 {
				bytes = append(bytes, byte(b))
			}
		}
		if len(bytes) <= 1 {
			s.only[before] = bytes
		}
	}
	return s
}

// bytesOf returns the bytes that a rune of the columns can start with, and the sum of their shares.
// If the columns include bytes that are not UTF-8, the result includes every non-ASCII byte.
func (p *program) bytesOf(columns []bool, share func(b byte) float64) (table [256]uint8, sum float64) {
	mark := func(from, to byte) {
		for b := int(from); b <= int(to); b++ {
			table[b] = 1
		}
	}
	for b := range 0x80 {
		if columns[p.classes.ascii[b]] {
			table[b] = 1
		}
	}
	for i, first := range p.classes.from {
		last := rune(0x10ffff)
		if i+1 < len(p.classes.from) {
			last = p.classes.from[i+1] - 1
		}
		if first < 0x80 || !columns[p.classes.of[i]] {
			continue
		}
		mark(leadByte(first), leadByte(last))
		if first <= 0xfffd && 0xfffd <= last {
			mark(0x80, 0xff)
		}
	}
	for b, out := range table {
		if out != 0 {
			sum += share(byte(b))
		}
	}
	return table, sum
}

// leadByte returns the first byte of a non-ASCII rune.
func leadByte(r rune) byte {
	switch {
	case r < 0x800:
		return 0xc0 | byte(r>>6)
	case r < 0x10000:
		return 0xe0 | byte(r>>12)
	default:
		return 0xf0 | byte(r>>18)
	}
}

// next returns the first position p >= from that must not be passed over.
func (s *skips) next(content []byte, from int, before kind) int {
	if only := s.only[before]; only != nil {
		if len(only) > 0 {
			if i := bytes.IndexByte(content[from:], only[0]); i >= 0 {
				return from + i
			}
		}
		return len(content)
	}
	leaves := &s.leaves[before]
	i := from
	for ; i+8 <= len(content); i += 8 {
		b := (*[8]byte)(content[i:])
		if leaves[b[0]]|leaves[b[1]]|leaves[b[2]]|leaves[b[3]]|leaves[b[4]]|leaves[b[5]]|leaves[b[6]]|leaves[b[7]] != 0 {
			break
		}
	}
	for i < len(content) && leaves[content[i]] == 0 {
		i++
	}
	return i
}
