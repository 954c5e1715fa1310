package match

import (
	"regexp/syntax"
	"slices"
	"sync/atomic"
	"unicode/utf8"
)

// A runeClass finds the matches of a class of runes, such as [a-z], or of a class that is repeated,
// such as \w+. No automaton is needed: a match is one rune of the class, or all adjacent ones. A
// byte that is not UTF-8 is the rune U+FFFD.
type runeClass struct {
	repeated bool
	ascii    [utf8.RuneSelf]uint8 // 1 for runes of the class
	ranges   []rune               // pairs of the first and the last rune of a range, sorted
}

// stopEvery is how many bytes are searched between two checks of the stop flag.
const stopEvery = 1 << 20

// runeClassOf returns nil unless the expression is a class, or a greedy repetition of one with +,
// perhaps in a group.
func runeClassOf(re *syntax.Regexp) *runeClass {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	c := &runeClass{}
	if re.Op == syntax.OpPlus && re.Flags&syntax.NonGreedy == 0 {
		c.repeated = true
		re = re.Sub[0]
	}
	switch re.Op {
	case syntax.OpCharClass:
		c.ranges = re.Rune
	case syntax.OpAnyChar:
		c.ranges = []rune{0, utf8.MaxRune}
	case syntax.OpAnyCharNotNL:
		c.ranges = []rune{0, '\n' - 1, '\n' + 1, utf8.MaxRune}
	default:
		return nil
	}
	for r := range rune(utf8.RuneSelf) {
		if c.inRanges(r) {
			c.ascii[r] = 1
		}
	}
	return c
}

func (c *runeClass) inRanges(r rune) bool {
	i, _ := slices.BinarySearch(c.ranges, r)
	// An odd i is inside a range. An even i is outside, unless r is the first rune of a range.
	return i&1 == 1 || i < len(c.ranges) && c.ranges[i] == r
}

// at returns whether the rune at a position is in the class, and its length.
func (c *runeClass) at(content []byte, i int) (in bool, size int) {
	if b := content[i]; b < utf8.RuneSelf {
		return c.ascii[b] != 0, 1
	}
	r, size := utf8.DecodeRune(content[i:])
	return c.inRanges(r), size
}

// each calls yield with each match, until yield returns false or the flag `stop` is set.
func (c *runeClass) each(content []byte, stop *atomic.Bool, yield func(start, end int) bool) {
	check := stopEvery
	for i := 0; i < len(content); {
		if i >= check {
			if stop != nil && stop.Load() {
				return
			}
			check = i + stopEvery
		}
		in, size := c.at(content, i)
		start := i
		if i += size; !in {
			continue
		}
		for c.repeated && i < len(content) {
			if in, size = c.at(content, i); !in {
				break
			}
			i += size
		}
		if !yield(start, i) {
			return
		}
	}
}

func (c *runeClass) has(content []byte, stop *atomic.Bool) (found bool) {
	c.each(content, stop, func(int, int) bool {
		found = true
		return false
	})
	return found
}

func (c *runeClass) count(content []byte, stop *atomic.Bool) (n int64) {
	before := uint8(0) // 1 if the rune before is in the class and the class is repeated
	repeated := uint8(0)
	if c.repeated {
		repeated = 1
	}
	for from := 0; from < len(content); {
		if stop != nil && stop.Load() {
			return n
		}
		i := from
		for from = min(len(content), from+stopEvery); i < from; {
			b := content[i]
			if b < utf8.RuneSelf {
				in := c.ascii[b]
				n += int64(in &^ before)
				before = in & repeated
				i++
				continue
			}
			is, size := c.at(content, i)
			in := uint8(0)
			if is {
				in = 1
			}
			n += int64(in &^ before)
			before = in & repeated
			i += size
		}
		from = i
	}
	return n
}
