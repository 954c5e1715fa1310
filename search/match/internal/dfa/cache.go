package dfa

import (
	"encoding/binary"
	"runtime"
)

// TableBytes limits the table of a small program, including the lists of its states, in bytes. A
// Searcher has a table for each direction.
const TableBytes = 4 << 20

// A larger program, such as a list of thousands of words, has more states. The limit of its table
// is instructionBytes for each instruction, but at most one table's share of largeBytes. The tables
// of all processors, two for each processor, share largeBytes.
const (
	instructionBytes = 512
	largeBytes       = 64 << 20
)

// tableBytes returns the limit of each table of a program, in bytes.
func tableBytes(instructions int) int {
	most := largeBytes / (2 * runtime.GOMAXPROCS(0))
	return max(TableBytes, min(instructions*instructionBytes, most))
}

// leastBytes is the lowest limit of a table, in bytes.
const leastBytes = 64 << 10

// stateBytes estimates the memory of a state, in bytes, without its row and its list.
const stateBytes = 96

// An entry of the table is the result of a rune: the offset of the next state's row, and whether a
// match ends before the rune. If the next state is final, the entry omits the match flag, because
// the next step reports a match that replaces this one. A program for the longest match keeps the
// flag, because its search may end before the next step (startOf). Entries at or above special need
// more than a move to the next state.
const (
	special     uint32 = 1 << 31
	matchFlag   uint32 = 1 << 30 // only with special
	emptyFlag   uint32 = 1 << 29 // only with matchFlag: the match is empty
	offsetMask  uint32 = 1<<29 - 1
	notYet             = special // not computed; offset 0 is no state's row
	decodeEntry        = special | 1
	deadEntry          = special | 2
	reserved           = 1 // number of rows that belong to no state
)

// A cache is the part of a program's table that has been computed so far.
type cache struct {
	*stepper
	stride uint32
	table  []uint32
	states []string          // keys by row
	rows   map[string]uint32 // offsets of rows by key
	starts [kinds]uint32     // offsets by what precedes the start; 0 if not known
	bytes  int
	bound  int // in bytes
	// accelerated is true for each kind of preceding rune whose start state uses prefix
	// acceleration or Candidates. Entries that lead to that state are special; the search then
	// skips to the next byte that leaves the start states.
	accelerated [kinds]bool
	from        place // scratch
	key         []byte
	held        int // number of states in the table when it was last emptied
}

func newCache(s *stepper, bound int) *cache {
	c := &cache{stepper: s, bound: bound, stride: uint32(s.p.classes.end) + 1}
	c.flush()
	return c
}

// flush empties the table.
func (c *cache) flush() {
	c.held = len(c.states)
	c.rows = map[string]uint32{}
	c.states = append(c.states[:0], make([]string, reserved)...)
	c.table = append(c.table[:0], make([]uint32, reserved*c.stride)...)
	c.starts = [kinds]uint32{}
	c.bytes = len(c.table) * 4
}

// startAt returns the state at the start of a search, as the offset of its row.
func (c *cache) startAt(before kind) uint32 {
	before = c.p.startKind(before)
	if c.starts[before] == 0 {
		c.begin(before)
		row, ok := c.intern()
		if !ok {
			c.flush()
			row, _ = c.intern()
		}
		c.starts[before] = row
	}
	return c.starts[before]
}

// entry computes the entry of a state and a column. `kept` is false if the table was full: then it
// has been emptied and no longer contains the state or the entry, but the returned entry is
// correct.
func (c *cache) entry(state uint32, column uint16) (entry uint32, kept bool) {
	c.load(state)
	what := c.step(&c.from, column)
	kept = true
	to := deadEntry
	if len(c.to.list) > 0 || c.to.starting {
		if to, kept = c.intern(); !kept {
			c.flush()
			to, _ = c.intern()
		}
		if len(c.to.list) == 0 && c.accelerated[c.to.before] {
			to |= special
		}
	}
	if what != nothing && (c.p.longest || !c.to.final) {
		to |= special | matchFlag
		if what == emptyMatch {
			to |= emptyFlag
		}
	}
	if kept {
		c.table[state+uint32(column)] = to
	}
	return to, kept
}

// load sets c.from to the place that a state stands for.
func (c *cache) load(state uint32) {
	key := c.states[state/c.stride]
	c.from.before = kind(key[0] >> 2)
	c.from.starting = key[0]&1 != 0
	c.from.final = key[0]&2 != 0
	c.from.list = c.from.list[:0]
	for i := 1; i < len(key); i += 4 {
		c.from.list = append(c.from.list, uint32(key[i])|uint32(key[i+1])<<8|uint32(key[i+2])<<16|uint32(key[i+3])<<24)
	}
}

// intern returns the row of the place that the last step reached, and adds it if it is new. ok is
// false if there is no room for a new row; an empty table always has room.
func (c *cache) intern() (row uint32, ok bool) {
	first := byte(c.to.before) << 2
	if c.to.starting {
		first |= 1
	}
	if c.to.final {
		first |= 2
	}
	c.key = append(c.key[:0], first)
	for _, pc := range c.to.list {
		c.key = binary.LittleEndian.AppendUint32(c.key, pc)
	}
	if row, ok := c.rows[string(c.key)]; ok {
		return row, true
	}
	size := int(c.stride)*4 + len(c.key) + stateBytes
	if c.bytes+size > c.bound && len(c.states) > reserved {
		return 0, false
	}
	key := string(c.key)
	row = uint32(len(c.table))
	for range c.stride {
		c.table = append(c.table, notYet)
	}
	c.table[row+decodeColumn] = decodeEntry
	c.states = append(c.states, key)
	c.rows[key] = row
	c.bytes += size
	return row, true
}
