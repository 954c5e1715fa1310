package inflate

import "encoding/binary"

const (
	adlerModulus = 65521
	adlerReduce  = 1 << 20 // bytes after which the sums are reduced; they stay below 2^49
	adlerBytes   = 23 * 8  // bytes per step; with more, the sums of sums would overflow 16 bits
	evenBytes    = 0x00ff00ff00ff00ff
)

// adler returns the Adler-32 checksum, which a zlib stream has at its end (RFC 1950). It adds eight
// bytes at a time. The standard library's hash/adler32 adds single bytes, which would take a
// seventh of the time of decompression.
func adler(data []byte) uint32 {
	a, b := uint64(1), uint64(0)
	for len(data) > 0 {
		part := data[:min(len(data), adlerReduce)]
		data = data[len(part):]
		for ; len(part) >= adlerBytes; part = part[adlerBytes:] {
			// Each of these variables holds four sums of 16 bits. `even` sums the bytes 0, 2, 4 and
			// 6 of the 8-byte words, `odd` the others. `evens` and `odds` sum the values that
			// `even` and `odd` had before each word.
			var even, odd, evens, odds uint64
			words := (*[adlerBytes]byte)(part)
			for i := 0; i <= adlerBytes-8; i += 8 {
				w := binary.LittleEndian.Uint64(words[i : i+8])
				evens += even
				odds += odd
				even += w & evenBytes
				odd += w >> 8 & evenBytes
			}
			b += adlerBytes*a + 8*(lanes(evens)+lanes(odds))
			// b counts a byte once for each byte from itself to the end of its word.
			b += 8*(even&0xffff) + 6*(even>>16&0xffff) + 4*(even>>32&0xffff) + 2*(even>>48)
			b += 7*(odd&0xffff) + 5*(odd>>16&0xffff) + 3*(odd>>32&0xffff) + odd>>48
			a += lanes(even) + lanes(odd)
		}
		for _, c := range part {
			a += uint64(c)
			b += a
		}
		a %= adlerModulus
		b %= adlerModulus
	}
	return uint32(b<<16 | a)
}

// lanes adds the four 16-bit numbers in a word.
func lanes(w uint64) uint64 {
	w = w&0x0000ffff0000ffff + w>>16&0x0000ffff0000ffff
	return w&0xffffffff + w>>32
}
