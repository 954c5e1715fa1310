package values

import (
	"encoding/binary"
	"iter"
	"slices"
)

// blockSize is how many numbers rowsOf counts at a time. It bounds the memory that rowsOf takes.
const blockSize = 256

// Rows yields each value that occurs in any element of `list`, and its count in each element. The
// order is not specified. Callers must not change or keep the counts.
func Rows(list []Values) iter.Seq2[string, []int64] {
	var dicts []*Dict
	for _, v := range list {
		if v.n > 0 && !slices.Contains(dicts, v.dict) {
			dicts = append(dicts, v.dict)
		}
	}
	return func(yield func(string, []int64) bool) {
		if len(dicts) == 1 {
			rowsOf(dicts[0], list, yield)
			return
		}
		sums := map[string][]int64{}
		for _, dict := range dicts {
			rowsOf(dict, list, func(value string, counts []int64) bool {
				if sums[value] == nil {
					sums[value] = make([]int64, len(list))
				}
				for i, n := range counts {
					sums[value][i] += n
				}
				return true
			})
		}
		for value, counts := range sums {
			if !yield(value, counts) {
				return
			}
		}
	}
}

// rowsOf does the same as Rows for those elements that use `dict`.
func rowsOf(dict *Dict, list []Values, yield func(string, []int64) bool) {
	counts := make([]int64, blockSize*len(list))
	cursors := make([]cursor, len(list))
	for i, v := range list {
		if v.dict == dict {
			cursors[i].rest = v.list
		}
		cursors[i].advance()
	}
	for from := 0; from < dict.Len(); from += blockSize {
		var used [blockSize]bool
		for i := range cursors {
			for c := &cursors[i]; c.more && c.number < uint64(from+blockSize); c.advance() {
				at := int(c.number) - from
				used[at] = true
				counts[at*len(list)+i] = c.n
			}
		}
		for at, used := range used {
			if !used {
				continue
			}
			row := counts[at*len(list) : (at+1)*len(list)]
			if !yield(string(dict.Value(uint32(from+at))), row) {
				return
			}
			clear(row)
		}
	}
}

// A cursor reads a list of pairs that encode has written. Its pair is undefined before the first
// call of advance, and when `more` is false.
type cursor struct {
	rest   []byte // the pairs after this one
	next   uint64 // the lowest number that the next pair can have
	number uint64
	n      int64
	more   bool
}

// advance goes to the next pair. At the end of the list, it sets `more` to false.
func (c *cursor) advance() {
	if c.more = len(c.rest) > 0; !c.more {
		return
	}
	skip, a := binary.Uvarint(c.rest)
	n, b := binary.Uvarint(c.rest[a:])
	c.rest = c.rest[a+b:]
	c.number, c.n = c.next+skip, int64(n)
	c.next = c.number + 1
}
