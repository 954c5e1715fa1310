package dfa

import (
	"encoding/binary"
)

// TableBytes bounds the table of a program, with the states' lists, in bytes, unless
// Regexp.Bound says less. A Searcher has a table for each direction.
const TableBytes = 4 << 20

// leastBytes is the least bound.
const leastBytes = 64 << 10

// stateBytes is about what a state costs besides its row and its list.
const stateBytes = 96

// An entry of the table says what a rune leads to: the offset of a state's row,
// and whether a match ends before the rune. Where the state ahead is final the
// latter is left out, as a later match will be found, but for the longest match:
// that has a limit. Entries from special on need
// more than going on.
const (
	special     uint32 = 1 << 31
	matchFlag   uint32 = 1 << 30 // only with special
	emptyFlag   uint32 = 1 << 29 // only with matchFlag: the match is empty
	offsetMask  uint32 = 1<<29 - 1
	notYet             = special // offsets in the first row are no states'
	decodeEntry        = special | 1
	deadEntry          = special | 2
	reserved           = 1 // rows
)

// cache is the table of a program, as far as it is known.
type cache struct {
	*stepper
	stride uint32
	table  []uint32
	states []string          // by row: the key
	rows   map[string]uint32 // by key: the offset of the row
	starts [kinds]uint32     // by what is before: offsets; 0 if not known
	bytes  int
	bound  int // of bytes
	// haste says for which starts to make entries special, so that the search can
	// go on from there in a faster way.
	haste [kinds]bool
	from  place // scratch
	key   []byte
	held  int // how many states there were when the table was last emptied
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

// startAt is the state at which a search begins.
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

// entry makes the table's entry of a state and a column. It is false if the table
// was full: then it has been emptied, the state is gone, and the entry is no
// longer there, but what it says is right.
func (c *cache) entry(state uint32, column uint16) (entry uint32, kept bool) {
	c.load(state)
	what := c.step(&c.from, column)
	kept = true
	to, ok := uint32(deadEntry), true
	if len(c.to.list) > 0 || c.to.starting {
		if to, ok = c.intern(); !ok {
			c.flush()
			kept = false
			to, _ = c.intern()
		}
		if len(c.to.list) == 0 && c.haste[c.to.before] {
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

// load sets from to the place of a state.
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

// intern is the row of the place that a step led to. It is false if there is no room
// for a new one; in an empty table there is always.
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
