package values

import (
	"encoding/binary"
	"sync"
)

// Limits limit the memory of a Table. A zero field stands for its default.
type Limits struct {
	Values int // distinct values; default 4 million
	Text   int // bytes of their text; default 64 MiB
	// bytes of lists in memory, above which they move to a temporary file; default 64 MiB
	Lists int
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

// A Table has the counts of each value in each file. A file of a table is a unit of package
// history. Callers must close the table.
type Table struct {
	limits Limits

	mu    sync.Mutex // guards the fields below while Set and Counters run concurrently
	dict  *Dict
	lists spill
	where []location // by unit
	buf   []byte
	err   error
}

// NewTable returns a table for files that are numbered from 0 to units-1.
func NewTable(units int, limits Limits) *Table {
	limits = limits.orDefaults()
	return &Table{limits: limits, dict: &Dict{}, lists: spill{budget: limits.Lists}, where: make([]location, units)}
}

// Set stores the counts of c as those of the file with the number `unit`, and empties c. `complete`
// is false if the dictionary is full, so that some values are missing. Set is safe for concurrent
// use.
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

// Err returns why the temporary file could not be written or read, or nil. After an error, sums are
// wrong.
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

// Limits returns the table's limits, including the defaults.
func (t *Table) Limits() Limits { return t.limits }

// Close releases the temporary file. Values that were taken from the table stay valid.
func (t *Table) Close() error { return t.lists.close() }

// encode appends pairs, which must be sorted by number. For each pair, it writes how many numbers
// lie between the previous pair and this one, and then the count.
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
	c := cursor{rest: list}
	for c.advance(); c.more; c.advance() {
		if !yield(uint32(c.number), c.n) {
			return
		}
	}
}
