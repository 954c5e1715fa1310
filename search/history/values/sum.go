package values

import "encoding/binary"

// A Sum is how often each value occurs in a set of files, such as those of one commit. It must be
// used by one goroutine, and not concurrently with Table.Set.
type Sum struct {
	table    *Table
	n        []int64 // by number
	distinct int     // number of elements of n that are not 0
	read     []byte
}

// NewSum returns an empty sum.
func (t *Table) NewSum() *Sum { return &Sum{table: t} }

// Add adds the values of a unit the given number of times, which is negative to remove them.
// Callers must check Table.Err before they use the sum. Sums that overflow are correct again as
// soon as they fit.
func (s *Sum) Add(unit int32, times int64) {
	t := s.table
	list, err := t.lists.read(t.where[unit], &s.read)
	if err != nil {
		t.fail(err)
		return
	}
	decode(list, func(number uint32, n int64) bool {
		s.add(number, times*n)
		return true
	})
}

func (s *Sum) add(number uint32, n int64) {
	if int(number) >= len(s.n) {
		grown := make([]int64, max(s.table.dict.Len(), int(number)+1))
		copy(grown, s.n)
		s.n = grown
	}
	was := s.n[number]
	s.n[number] = was + n
	switch {
	case was == 0 && n != 0:
		s.distinct++
	case was != 0 && was+n == 0:
		s.distinct--
	}
}

// Start adds values that came from another table. `complete` is false if the dictionary has no room
// for all of them.
func (s *Sum) Start(from Values) (complete bool) {
	c := s.table.NewCounter()
	for value, n := range from.All() {
		c.Add([]byte(value), n)
	}
	c.flush()
	for _, p := range c.pairs {
		s.add(p.number, p.n)
	}
	return !c.full
}

// Values returns the current counts. As long as the caller keeps them, they take two or three bytes
// per value, plus the table's dictionary.
func (s *Sum) Values() Values {
	if s.distinct == 0 {
		return Values{}
	}
	list := make([]byte, 0, 2*s.distinct+16)
	next := 0
	for number, n := range s.n {
		if n != 0 {
			list = binary.AppendUvarint(list, uint64(number-next))
			list = binary.AppendUvarint(list, uint64(n))
			next = number + 1
		}
	}
	return Values{dict: s.table.dict, list: list, n: s.distinct}
}
