package dfa

import (
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// A kind is the property of a rune that the assertions ^, $ and \b depend on.
type kind uint8

const (
	other   kind = iota
	word         // [0-9A-Za-z_]
	newline      // \n
	edge         // no rune: the start or end of the content
	kinds
)

// kindOfByte has the kind of a rune by its first or last byte. All non-ASCII runes have the kind
// `other`.
var kindOfByte = func() (table [256]kind) {
	for b := range table {
		switch {
		case b == '\n':
			table[b] = newline
		case b >= '0' && b <= '9', b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b == '_':
			table[b] = word
		}
	}
	return table
}()

// A runeSet is a sorted list of pairs: the first and last rune of each range.
type runeSet []rune

// foldSet returns a rune and all runes that fold to it.
func foldSet(r rune) runeSet {
	orbit := []rune{r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		orbit = append(orbit, f)
	}
	slices.Sort(orbit)
	var s runeSet
	for _, r := range orbit {
		s = append(s, r, r)
	}
	return s
}

// Columns of the table. Classes of runes are numbered from firstClass. The column after the last
// class is the end of the content.
const (
	decodeColumn = 0 // for non-ASCII bytes
	firstClass   = 1
)

// classes divides the runes into classes. An expression does not distinguish the runes of one
// class.
type classes struct {
	ascii [256]uint16 // columns by byte; decodeColumn for non-ASCII bytes
	// the first runes of the ranges, ascending from 0; a range has runes of one class
	from   []rune
	of     []uint16 // the classes of the ranges
	kindOf []kind   // by column, including the column of the end
	end    uint16   // the column of the end of the content
}

// maxClasses limits the classes of runes in an expression. The row of a state has an entry of four
// bytes for each class.
const maxClasses = 20_000

// newClasses returns the classes of runes that the sets distinguish. memberships has, for each set,
// the columns of the classes in the set. c is nil if there are more than maxClasses.
func newClasses(sets []runeSet) (c *classes, memberships []bits) {
	cuts := map[rune]struct{}{0: {}, utf8.RuneSelf: {}}
	for _, s := range sets {
		for i := 0; i < len(s); i += 2 {
			cuts[s[i]] = struct{}{}
			cuts[s[i+1]+1] = struct{}{}
		}
	}
	c = &classes{}
	for r := range cuts {
		if r <= unicode.MaxRune {
			c.from = append(c.from, r)
		}
	}
	slices.Sort(c.from)

	// Each set splits the classes that it contains a part of.
	class := make([]int, len(c.from))
	next := 1
	for _, s := range sets {
		split := map[int]int{}
		c.each(s, func(i int) {
			to, ok := split[class[i]]
			if !ok {
				to = next
				next++
				split[class[i]] = to
			}
			class[i] = to
		})
	}
	column := map[int]int{}
	c.of = make([]uint16, len(class))
	for i, id := range class {
		col, ok := column[id]
		if !ok {
			col = firstClass + len(column)
			column[id] = col
			c.kindOf = append(c.kindOf, other)
		}
		c.of[i] = uint16(min(col, maxClasses+firstClass))
	}
	if len(column) > maxClasses {
		return nil, nil
	}
	c.end = uint16(firstClass + len(column))
	c.kindOf = make([]kind, c.end+1)
	c.kindOf[c.end] = edge
	for b := range utf8.RuneSelf {
		c.ascii[b] = c.find(rune(b))
		c.kindOf[c.ascii[b]] = kindOfByte[b]
	}
	for _, s := range sets {
		m := newBits(int(c.end) + 1)
		c.each(s, func(i int) { m.add(uint32(c.of[i])) })
		memberships = append(memberships, m)
	}
	return c, memberships
}

// each calls f with the indexes of the ranges in a set.
func (c *classes) each(s runeSet, f func(i int)) {
	for k := 0; k < len(s); k += 2 {
		i, _ := slices.BinarySearch(c.from, s[k])
		for ; i < len(c.from) && c.from[i] <= s[k+1]; i++ {
			f(i)
		}
	}
}

// find returns the column of a rune's class.
func (c *classes) find(r rune) uint16 {
	return c.of[sort.Search(len(c.from), func(i int) bool { return c.from[i] > r })-1]
}

// bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) add(i uint32)      { b[i/64] |= 1 << (i % 64) }
func (b bits) has(i uint32) bool { return b[i/64]&(1<<(i%64)) != 0 }
