package dfa

import (
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// A kind is what assertions (^ $ \b) want to know of a rune.
type kind uint8

const (
	other   kind = iota
	word         // [0-9A-Za-z_]
	newline      // \n
	edge         // no rune: the content's start or end
	kinds
)

// kindOfByte is the kind of a rune by its first or last byte: all but ASCII are other.
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

// runeSet is runes as pairs of first and last, in order.
type runeSet []rune

// foldSet is a rune and those that fold to it.
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

// Columns of the table. Classes of runes are numbered from firstClass on; the
// column after the last class is the end of the content.
const (
	decodeColumn = 0 // for the bytes that are not ASCII
	firstClass   = 1
)

// classes tells runes apart as far as an expression does.
type classes struct {
	ascii  [256]uint16 // by byte: the column; decodeColumn for other than ASCII
	from   []rune      // where ranges of runes of one class start, ascending from 0, and
	of     []uint16    // their classes
	kindOf []kind      // by column, up to that of the end
	end    uint16      // the column of the end
}

// maxClasses is how many classes of runes an expression may tell apart: a state's
// row in the table has an entry of four bytes for each.
const maxClasses = 20_000

// newClasses makes the classes of runes that some sets tell apart. memberships has,
// for each set, whether it holds a class, by column. There is no answer for more
// than maxClasses.
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

	// Each set splits the classes of which it holds a part.
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

// each calls f with the numbers of the ranges that a set holds.
func (c *classes) each(s runeSet, f func(i int)) {
	for k := 0; k < len(s); k += 2 {
		i, _ := slices.BinarySearch(c.from, s[k])
		for ; i < len(c.from) && c.from[i] <= s[k+1]; i++ {
			f(i)
		}
	}
}

// find is the class of a rune.
func (c *classes) find(r rune) uint16 {
	return c.of[sort.Search(len(c.from), func(i int) bool { return c.from[i] > r })-1]
}

// bits is a set of small numbers.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) add(i uint32)      { b[i/64] |= 1 << (i % 64) }
func (b bits) has(i uint32) bool { return b[i/64]&(1<<(i%64)) != 0 }
