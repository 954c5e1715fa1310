package inflate

import (
	"encoding/binary"
	"errors"
	"sync"
)

var (
	errCorrupt   = errors.New("inflate: corrupt zlib stream")
	errTruncated = errors.New("inflate: truncated zlib stream")
	errSize      = errors.New("inflate: unexpected decompressed size")
	errChecksum  = errors.New("inflate: wrong checksum")
)

// Decoder holds decoding tables. Reuse a Decoder to avoid allocating them again. The zero value is
// ready for use. It is not safe for concurrent use.
type Decoder struct {
	lit     [litSize]entry
	dist    [distSize]entry
	lengths [286 + 32 + 138]uint8 // of literal and distance codes, with room for the longest repeat

	src  []byte
	pos  int    // index of the next byte of src to load into hold
	hold uint64 // bits that were read and not yet used
	have uint   // number of bits in hold
}

// Zlib decompresses the zlib stream at the start of src. It fills dst exactly, and returns the
// length of the stream in bytes. After an error the content of dst is undefined.
func (d *Decoder) Zlib(dst, src []byte) (int, error) {
	if len(src) < 6 {
		return 0, errTruncated
	}
	if src[0]&0x0f != 8 || src[0]>>4 > 7 || (uint(src[0])<<8|uint(src[1]))%31 != 0 || src[1]&0x20 != 0 {
		return 0, errCorrupt
	}
	d.src, d.pos, d.hold, d.have = src, 2, 0, 0
	defer func() { d.src = nil }()
	if err := d.blocks(dst); err != nil {
		return 0, err
	}
	d.pos -= int(d.have / 8) // whole bytes that were read but not used
	if d.pos < 0 || d.pos+4 > len(src) {
		return 0, errTruncated
	}
	if binary.BigEndian.Uint32(src[d.pos:]) != adler(dst) {
		return 0, errChecksum
	}
	return d.pos + 4, nil
}

// blocks decompresses all blocks of the stream.
func (d *Decoder) blocks(dst []byte) error {
	out := 0
	for {
		d.fill()
		header := d.take(3)
		var err error
		switch header >> 1 {
		case 0:
			out, err = d.stored(dst, out)
		case 1:
			fixed := fixedTables()
			out, err = d.block(dst, out, &fixed.lit, &fixed.dist)
		case 2:
			if err = d.readTables(); err == nil {
				out, err = d.block(dst, out, &d.lit, &d.dist)
			}
		default:
			err = errCorrupt
		}
		if err != nil {
			return err
		}
		if header&1 == 1 {
			break
		}
	}
	if out != len(dst) {
		return errSize
	}
	return nil
}

// fill makes at least 56 bits available. Past the end of src it supplies zero bits; ended reports
// whether the decoder used any of those.
func (d *Decoder) fill() {
	if d.pos >= 0 && d.pos+8 <= len(d.src) {
		d.hold |= binary.LittleEndian.Uint64(d.src[d.pos:]) << d.have
		d.pos += int((63 - d.have) >> 3)
		d.have |= 56
		return
	}
	for d.have <= 56 {
		if d.pos < len(d.src) {
			d.hold |= uint64(d.src[d.pos]) << d.have
		}
		d.pos++
		d.have += 8
	}
}

// take removes n ≤ 32 of the available bits and returns them.
func (d *Decoder) take(n uint) uint {
	v := uint(d.hold & (1<<n - 1))
	d.hold >>= n
	d.have -= n
	return v
}

// ended reports whether bits past the end of src were used.
func (d *Decoder) ended() bool { return d.pos-int(d.have/8) > len(d.src) }

// stored copies a block that is stored without compression, and returns where it ends in dst.
func (d *Decoder) stored(dst []byte, out int) (int, error) {
	d.take(d.have & 7) // skip to a byte boundary
	at := d.pos - int(d.have/8)
	if at+4 > len(d.src) {
		return 0, errTruncated
	}
	size := int(binary.LittleEndian.Uint16(d.src[at:]))
	if size != int(^binary.LittleEndian.Uint16(d.src[at+2:])) {
		return 0, errCorrupt
	}
	at += 4
	if at+size > len(d.src) {
		return 0, errTruncated
	}
	if out+size > len(dst) {
		return 0, errSize
	}
	copy(dst[out:], d.src[at:at+size])
	d.pos, d.hold, d.have = at+size, 0, 0
	return out + size, nil
}

// lengthOrder is the order in which a stream stores the lengths of the code length codes (RFC
// 1951).
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readTables reads the codes of a block with dynamic codes.
func (d *Decoder) readTables() error {
	d.fill()
	literals, distances, codes := int(d.take(5))+257, int(d.take(5))+1, int(d.take(4))+4
	if literals > 286 {
		return errCorrupt
	}
	var own [19]uint8
	for i := range codes {
		d.fill()
		own[lengthOrder[i]] = uint8(d.take(3))
	}
	var table [1 << lenBits]entry
	if !build(table[:], lenBits, own[:], lenSymbols) {
		return errCorrupt
	}
	total := literals + distances
	for i := 0; i < total; {
		d.fill()
		e := table[d.hold&(1<<lenBits-1)]
		if e&flagEnd != 0 {
			return errCorrupt
		}
		d.take(uint(e & 63))
		symbol := uint8(e >> 16)
		if symbol < 16 {
			d.lengths[i] = symbol
			i++
			continue
		}
		var value uint8
		var repeat int
		switch symbol {
		case 16:
			if i == 0 {
				return errCorrupt
			}
			value, repeat = d.lengths[i-1], 3+int(d.take(2))
		case 17:
			repeat = 3 + int(d.take(3))
		default:
			repeat = 11 + int(d.take(7))
		}
		for range repeat {
			d.lengths[i] = value
			i++
		}
		if i > total {
			return errCorrupt
		}
	}
	if d.ended() {
		return errTruncated
	}
	if d.lengths[256] == 0 ||
		!build(d.lit[:], litBits, d.lengths[:literals], litSymbols) ||
		!build(d.dist[:], distBits, d.lengths[literals:total], distSymbols) {
		return errCorrupt
	}
	return nil
}

// block decompresses one compressed block to dst[out:] and returns where the block ends in dst.
func (d *Decoder) block(dst []byte, out int, lit *[litSize]entry, dist *[distSize]entry) (int, error) {
	src, pos, hold, have := d.src, d.pos, d.hold, d.have
	for {
		// This is d.fill with the state in registers.
		if pos+8 <= len(src) {
			hold |= binary.LittleEndian.Uint64(src[pos:]) << (have & 63)
			pos += int((63 - have) >> 3)
			have |= 56
		} else {
			if pos-int(have/8) > len(src) {
				return 0, errTruncated
			}
			for have <= 56 {
				if pos < len(src) {
					hold |= uint64(src[pos]) << (have & 63)
				}
				pos++
				have += 8
			}
		}

		// 56 bits are enough for up to three literals, or for two literals and a length: a literal
		// code of the first level has at most 10 bits, and a length at most 15+5. The distance,
		// with at most 15+13 bits, needs another fill.
		e := lit[hold&(1<<litBits-1)]
		if e&flagLiteral != 0 && out+3 <= len(dst) {
			hold >>= e & 63
			have -= uint(e & 63)
			dst[out] = byte(e >> 16)
			out++
			e = lit[hold&(1<<litBits-1)]
			if e&flagLiteral != 0 {
				hold >>= e & 63
				have -= uint(e & 63)
				dst[out] = byte(e >> 16)
				out++
				e = lit[hold&(1<<litBits-1)]
				if e&flagLiteral != 0 {
					hold >>= e & 63
					have -= uint(e & 63)
					dst[out] = byte(e >> 16)
					out++
					continue
				}
			}
		}
		if e&flagSecond != 0 {
			hold >>= litBits
			have -= litBits
			e = lit[(uint(e>>16)+uint(hold)&(1<<(e>>8&31)-1))%litSize]
		}
		if e&flagLiteral != 0 {
			if out >= len(dst) {
				return 0, errSize
			}
			hold >>= e & 63
			have -= uint(e & 63)
			dst[out] = byte(e >> 16)
			out++
			continue
		}
		if e&flagEnd != 0 {
			if e>>16 != 0 {
				return 0, errCorrupt
			}
			hold >>= e & 63
			have -= uint(e & 63)
			break
		}
		code := e >> 8 & 31
		length := int(e>>16) + int(hold>>code&(1<<(e&63-code)-1))
		hold >>= e & 63
		have -= uint(e & 63)

		if pos+8 <= len(src) {
			hold |= binary.LittleEndian.Uint64(src[pos:]) << (have & 63)
			pos += int((63 - have) >> 3)
			have |= 56
		} else {
			for have <= 56 {
				if pos < len(src) {
					hold |= uint64(src[pos]) << (have & 63)
				}
				pos++
				have += 8
			}
		}
		e = dist[hold&(1<<distBits-1)]
		if e&flagSecond != 0 {
			hold >>= distBits
			have -= distBits
			e = dist[(uint(e>>16)+uint(hold)&(1<<(e>>8&31)-1))%distSize]
		}
		if e&flagEnd != 0 {
			return 0, errCorrupt
		}
		code = e >> 8 & 31
		distance := int(e>>16) + int(hold>>code&(1<<(e&63-code)-1))
		hold >>= e & 63
		have -= uint(e & 63)

		if distance > out {
			return 0, errCorrupt
		}
		if out+length > len(dst) {
			return 0, errSize
		}
		from := out - distance
		if distance >= 8 && out+length+8 <= len(dst) {
			// Copy words of eight bytes. The last word may write some bytes beyond the end of the
			// match; later output overwrites those bytes.
			end := out + length
			for out < end {
				binary.LittleEndian.PutUint64(dst[out:], binary.LittleEndian.Uint64(dst[from:]))
				out += 8
				from += 8
			}
			out = end
		} else {
			to := dst[out : out+length]
			back := dst[from : from+length]
			for i := range to {
				to[i] = back[i]
			}
			out += length
		}
	}
	d.pos, d.hold, d.have = pos, hold, have
	if d.ended() {
		return 0, errTruncated
	}
	return out, nil
}

// fixed holds the tables of blocks with fixed codes.
type fixed struct {
	lit  [litSize]entry
	dist [distSize]entry
}

var fixedTables = sync.OnceValue(func() *fixed {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	var distances [32]uint8
	for i := range distances {
		distances[i] = 5
	}
	f := new(fixed)
	build(f.lit[:], litBits, lengths[:], litSymbols)
	build(f.dist[:], distBits, distances[:], distSymbols)
	return f
})
