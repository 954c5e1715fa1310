package values

import (
	"encoding/binary"
	"sync"
)

// Limits bound what a Table keeps in memory. The zero Limits are the defaults.
type Limits struct {
	Values int // distinct values; 4 million
	Text   int // bytes of their text; 64 MiB
	Lists  int // bytes of files' lists, what is more is in a temporary file; 64 MiB
}

func (l Limits) orDefaults() Limits {
	for _, x := range []struct {
		limit *int
		value int
	}{{&l.Values, 4_000_000}, {&l.Text, 64 << 20}, {&l.Lists, 64 << 20}} {
		if *x.limit == 0 {
			*x.limit = x.value
		}
	}
	return l
}

// Table holds how often each file (a unit of package history) holds each value. Close it after use.
type Table struct {
	limits Limits

	mu    sync.Mutex // for Set and Counters, which several goroutines use
	dict  *Dict
	lists spill
	where []place // by unit
	buf   []byte
	err   error
}

// NewTable makes a table for units numbered below units.
func NewTable(units int, limits Limits) *Table {
	limits = limits.orDefaults()
	return &Table{limits: limits, dict: &Dict{}, lists: spill{budget: limits.Lists}, where: make([]place, units)}
}

// Set ends the counting of a unit: what c has counted is in it, and c is empty again. complete is false when the
// dictionary is full and some of the values are missing. It may be called from several goroutines.
func (t *Table) Set(unit int32, c *Counter) (complete bool) {
	c.flush()
	c.merge()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = encode(t.buf[:0], c.pairs)
	if t.err == nil {
		t.where[unit], t.err = t.lists.write(t.buf)
	}
	complete = !c.full
	c.pairs, c.full = c.pairs[:0], false
	if cap(c.pairs) > maxPending {
		c.pairs = nil
	}
	return complete
}

// Err is why lists could not be kept or read back; what Sums say is wrong then.
func (t *Table) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

func (t *Table) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
}

// Limits are those of the table, defaults filled in.
func (t *Table) Limits() Limits { return t.limits }

// Close gives the temporary file back. Values that were taken from the table stay valid.
func (t *Table) Close() error { return t.lists.close() }

// encode appends pairs, which are in the order of their numbers: the difference to the number before, and the count.
func encode(to []byte, pairs []pair) []byte {
	next := uint32(0)
	for _, p := range pairs {
		to = binary.AppendUvarint(to, uint64(p.number-next))
		to = binary.AppendUvarint(to, uint64(p.n))
		next = p.number + 1
	}
	return to
}

// decode calls yield for each pair of a list.
func decode(list []byte, yield func(number uint32, n int64) bool) {
	next := uint64(0)
	for len(list) > 0 {
		skip, a := binary.Uvarint(list)
		n, b := binary.Uvarint(list[a:])
		list = list[a+b:]
		if !yield(uint32(next+skip), int64(n)) {
			return
		}
		next += skip + 1
	}
}
