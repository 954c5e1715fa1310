package values

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"
)

// maxPending limits the distinct values of one file that are kept with their text before they get
// numbers. The limit bounds the memory that a huge file takes in addition to the dictionary.
const maxPending = 1 << 16

// A Counter counts the values of one file at a time. It must be used by one goroutine.
type Counter struct {
	table *Table
	slots []int32 // a hash table: 1 + an index in found; 0 is free
	found []found
	text  []byte
	pairs []pair // values that already have a number
	full  bool   // a value was dropped, because the dictionary had no room
}

// found is a value of the file.
type found struct {
	hash       uint64
	start, end int32 // its text: Counter.text[start:end]
	slot       int32
	n          int64
}

// A pair is a value's number and its count.
type pair struct {
	number uint32
	n      int64
}

// NewCounter returns a counter for the files of t.
func (t *Table) NewCounter() *Counter {
	return &Counter{table: t, slots: make([]int32, 1<<8)}
}

// Add adds n to the count of a value. It does not retain `value`.
func (c *Counter) Add(value []byte, n int64) {
	if 2*len(c.found) >= len(c.slots) {
		c.grow()
	}
	hash := maphash.Bytes(seed, value)
	mask := uint64(len(c.slots) - 1)
	at := hash & mask
	for ; c.slots[at] != 0; at = (at + 1) & mask {
		if f := &c.found[c.slots[at]-1]; f.hash == hash && bytes.Equal(c.text[f.start:f.end], value) {
			f.n += n
			return
		}
	}
	start := len(c.text)
	c.text = append(c.text, value...)
	c.found = append(c.found, found{hash: hash, start: int32(start), end: int32(len(c.text)), slot: int32(at), n: n})
	c.slots[at] = int32(len(c.found))
	if len(c.found) == maxPending {
		c.flush()
	}
}

func (c *Counter) grow() {
	c.slots = make([]int32, 2*len(c.slots))
	mask := uint64(len(c.slots) - 1)
	for i := range c.found {
		at := c.found[i].hash & mask
		for c.slots[at] != 0 {
			at = (at + 1) & mask
		}
		c.slots[at] = int32(i + 1)
		c.found[i].slot = int32(at)
	}
}

// flush gives numbers to the values in c.found, and moves them to c.pairs. If the dictionary has no
// room for a value, flush drops the value and sets c.full.
func (c *Counter) flush() {
	c.table.mu.Lock()
	for i := range c.found {
		f := &c.found[i]
		number, ok := c.table.dict.add(c.text[f.start:f.end], f.hash, c.table.limits)
		if ok {
			c.pairs = append(c.pairs, pair{number, f.n})
		}
		c.full = c.full || !ok
	}
	c.table.mu.Unlock()
	for i := range c.found {
		c.slots[c.found[i].slot] = 0
	}
	merge := len(c.found) == maxPending
	c.found, c.text = c.found[:0], c.text[:0]
	if merge {
		c.merge()
	}
}

// merge sorts the pairs by number, and adds the counts of equal numbers.
func (c *Counter) merge() {
	slices.SortFunc(c.pairs, func(a, b pair) int { return cmp.Compare(a.number, b.number) })
	kept := c.pairs[:0]
	for _, p := range c.pairs {
		if last := len(kept) - 1; last >= 0 && kept[last].number == p.number {
			kept[last].n += p.n
		} else {
			kept = append(kept, p)
		}
	}
	c.pairs = kept
}
