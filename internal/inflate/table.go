package inflate

import "math/bits"

// Widths of the first-level tables in bits. Longer codes use a second-level table.
const (
	litBits  = 10
	distBits = 8
	lenBits  = 7  // the longest code for a code length
	maxBits  = 15 // the longest code of all
)

// An entry of a decoding table packs:
//
//	bits 0-5    number of bits to consume: the code and the extra bits that follow it
//	bits 8-12   number of bits of the code alone
//	bits 13-15  flags
//	bits 16-31  a literal, the base of a length or distance, or the start of a second-level table
//
// With flagSecond, bits 8-12 hold the width of the second-level table instead. In an entry of a
// second-level table, both numbers of bits leave out the bits of the first-level index.
type entry uint32

const (
	flagLiteral entry = 1 << 13
	flagSecond  entry = 1 << 14
	flagEnd     entry = 1 << 15 // the end of the block; with value 1 in bits 16-31, an invalid code
)

const invalid = flagEnd | 1<<16

// Numbers of entries that are enough for every code: the first-level table, and second-level tables
// for codes of up to 15 bits. The numbers are those that zlib's enough.c computes, rounded up.
const (
	litSize  = 1<<litBits + 1024
	distSize = 1<<distBits + 512
)

// symbols describes an alphabet: for each symbol its entry without the bits of the code, and its
// number of extra bits.
type symbols struct {
	entry []entry
	extra []uint8
}

var litSymbols, distSymbols, lenSymbols = makeSymbols()

func makeSymbols() (lit, dist, length symbols) {
	for i := range 256 {
		lit.entry = append(lit.entry, flagLiteral|entry(i)<<16)
		lit.extra = append(lit.extra, 0)
	}
	lit.entry, lit.extra = append(lit.entry, flagEnd), append(lit.extra, 0)
	base := 3
	for i := range 29 {
		extra := 0
		if i >= 8 && i < 28 {
			extra = (i - 4) / 4
		}
		if i == 28 {
			base = 258
		}
		lit.entry, lit.extra = append(lit.entry, entry(base)<<16), append(lit.extra, uint8(extra))
		base += 1 << extra
	}
	lit.entry, lit.extra = append(lit.entry, invalid, invalid), append(lit.extra, 0, 0)
	base = 1
	for i := range 30 {
		extra := 0
		if i >= 4 {
			extra = (i - 2) / 2
		}
		dist.entry, dist.extra = append(dist.entry, entry(base)<<16), append(dist.extra, uint8(extra))
		base += 1 << extra
	}
	dist.entry, dist.extra = append(dist.entry, invalid, invalid), append(dist.extra, 0, 0)
	for i := range 19 {
		length.entry, length.extra = append(length.entry, entry(i)<<16), append(length.extra, 0)
	}
	return lit, dist, length
}

// build fills a decoding table for a canonical Huffman code, given the code length of each symbol.
// It returns false when no prefix code has these lengths, because too many of them are short, or
// when the table is too small. Codes without a symbol decode to the entry `invalid`.
func build(table []entry, width int, lengths []uint8, of symbols) bool {
	var count [maxBits + 1]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	var next [maxBits + 2]int
	left := 1
	for n := 1; n <= maxBits; n++ {
		if left = left<<1 - count[n]; left < 0 {
			return false
		}
		next[n+1] = (next[n] + count[n]) << 1
	}
	first := table[:1<<width]
	if left > 0 {
		for i := range first {
			first[i] = invalid
		}
	}
	// buildSecond adds the symbols with longer codes.
	long := 0
	for n := width + 1; n <= maxBits; n++ {
		long += count[n]
	}
	starts := next
	for symbol, n := range lengths {
		if n == 0 || int(n) > width {
			continue
		}
		code := starts[n]
		starts[n]++
		e := of.entry[symbol] | entry(n)<<8 | entry(n+of.extra[symbol])
		for i := int(bits.Reverse16(uint16(code)) >> (16 - n)); i < len(first); i += 1 << n {
			first[i] = e
		}
	}
	return long == 0 || buildSecond(table, width, lengths, of, next)
}

// buildSecond fills the second-level tables. `next` holds the first code of each length.
func buildSecond(table []entry, width int, lengths []uint8, of symbols, next [maxBits + 2]int) bool {
	var deepest [1 << litBits]uint8 // by first-level index: the length of the longest code below it
	codes := next
	for _, n := range lengths {
		if int(n) > width {
			prefix := bits.Reverse16(uint16(codes[n])) >> (16 - n) & (1<<width - 1)
			codes[n]++
			deepest[prefix] = max(deepest[prefix], n)
		}
	}
	end := 1 << width
	for symbol, n := range lengths {
		if int(n) <= width {
			continue
		}
		code := bits.Reverse16(uint16(next[n])) >> (16 - n)
		next[n]++
		prefix := code & (1<<width - 1)
		if deepest[prefix] != 0 {
			size := 1 << (int(deepest[prefix]) - width)
			if end+size > len(table) {
				return false
			}
			table[prefix] = flagSecond | entry(end)<<16 | entry(int(deepest[prefix])-width)<<8 | entry(width)
			for i := end; i < end+size; i++ {
				table[i] = invalid
			}
			end += size
			deepest[prefix] = 0
		}
		link := table[prefix]
		second := table[link>>16 : int(link>>16)+1<<(link>>8&31)]
		own := int(n) - width
		e := of.entry[symbol] | entry(own)<<8 | entry(own+int(of.extra[symbol]))
		for i := int(code >> width); i < len(second); i += 1 << own {
			second[i] = e
		}
	}
	return true
}
