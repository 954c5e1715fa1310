package values

import (
	"cmp"
	"container/heap"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Values is how often each value occurs. No value has the count 0. The zero Values is empty. Values
// do not change, but they must not be read concurrently with the search that they came from.
type Values struct {
	dict *Dict
	list []byte
	n    int
}

// Of returns the Values of a map.
func Of(m map[string]int64) Values {
	t := NewTable(0, Limits{Values: max(1, len(m)), Text: 1 << 31})
	sum := t.NewSum()
	c := t.NewCounter()
	for _, value := range slices.Sorted(maps.Keys(m)) {
		if n := m[value]; n != 0 {
			c.Add([]byte(value), n)
		}
	}
	c.flush()
	for _, p := range c.pairs {
		sum.add(p.number, p.n)
	}
	return sum.Values()
}

// Len returns the number of values.
func (v Values) Len() int { return v.n }

// All yields every value with its count, in no particular order.
func (v Values) All() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		if v.n == 0 {
			return
		}
		decode(v.list, func(number uint32, n int64) bool { return yield(string(v.dict.Value(number)), n) })
	}
}

// Map returns all values, or nil if there are none. For results that may have millions of values,
// use All or Top.
func (v Values) Map() map[string]int64 {
	if v.n == 0 {
		return nil
	}
	m := make(map[string]int64, v.n)
	maps.Insert(m, v.All())
	return m
}

// Top returns the most frequent values, at most `limit` of them. Of equally frequent values, it
// takes the first in byte order. So equal Values always have the same Top.
func (v Values) Top(limit int) map[string]int64 {
	if v.n <= limit {
		return v.Map()
	}
	kept := make(ranking, 0, limit)
	for value, n := range v.All() {
		e := entry{value, n}
		switch {
		case len(kept) < limit:
			heap.Push(&kept, e)
		case limit > 0 && e.before(kept[0]):
			kept[0] = e
			heap.Fix(&kept, 0)
		}
	}
	m := make(map[string]int64, len(kept))
	for _, e := range kept {
		m[e.value] = e.n
	}
	return m
}

type entry struct {
	value string
	n     int64
}

func (e entry) before(f entry) bool {
	return cmp.Or(cmp.Compare(f.n, e.n), strings.Compare(e.value, f.value)) < 0
}

// ranking is a heap with its lowest-ranked entry on top.
type ranking []entry

func (r ranking) Len() int           { return len(r) }
func (r ranking) Less(i, j int) bool { return r[j].before(r[i]) }
func (r ranking) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ranking) Push(x any)        { *r = append(*r, x.(entry)) }
func (r *ranking) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}
