package values

import (
	"bytes"
	"hash/maphash"
)

// seed is the same for all dictionaries and counters of a process, so that a Dict can use the hash
// that a Counter has computed.
var seed = maphash.MakeSeed()

// chunkSize is how much text is allocated at a time, in bytes. Chunks have no pointers, so the
// garbage collector does not scan them, and they are never copied.
const chunkSize = 1 << 20

// A Dict numbers distinct values in the order in which they are added. The zero Dict is empty and
// ready for use. It is not safe for concurrent use.
type Dict struct {
	chunks [][]byte // each value after its length, which is one byte
	starts []uint32 // by number: the offset of the value in the concatenated chunks
	slots  []uint64 // a hash table: the upper half of the hash, and 1 + the number; 0 is free
}

// Len returns the number of values. Their numbers are 0 to Len()-1.
func (d *Dict) Len() int { return len(d.starts) }

// Text returns the number of bytes that are allocated for text.
func (d *Dict) Text() int { return len(d.chunks) * chunkSize }

// Value returns the value with the given number. Callers must not change the bytes.
func (d *Dict) Value(number uint32) []byte {
	at := d.starts[number]
	chunk := d.chunks[at/chunkSize]
	from := at % chunkSize
	return chunk[from+1 : from+1+uint32(chunk[from])]
}

// add returns the number of a value with the given hash, and adds the value if it is new. ok is
// false if the value is new and the limits leave no room for it.
func (d *Dict) add(value []byte, hash uint64, limits Limits) (number uint32, ok bool) {
	if 4*(len(d.starts)+1) > 3*len(d.slots) {
		d.grow()
	}
	tag := hash &^ (1<<32 - 1)
	mask := uint64(len(d.slots) - 1)
	at := hash & mask
	for ; d.slots[at] != 0; at = (at + 1) & mask {
		if slot := d.slots[at]; slot&^(1<<32-1) == tag {
			if number := uint32(slot) - 1; bytes.Equal(d.Value(number), value) {
				return number, true
			}
		}
	}
	if len(d.starts) >= limits.Values || !d.room(len(value), limits) {
		return 0, false
	}
	number = uint32(len(d.starts))
	d.slots[at] = tag | uint64(number+1)
	last := len(d.chunks) - 1
	d.starts = append(d.starts, uint32(last*chunkSize+len(d.chunks[last])))
	d.chunks[last] = append(append(d.chunks[last], byte(len(value))), value...)
	return number, true
}

// room ensures that the last chunk can take a value of `size` bytes. It returns false if that needs
// another chunk, which the limits do not allow.
func (d *Dict) room(size int, limits Limits) bool {
	if last := len(d.chunks) - 1; last >= 0 && len(d.chunks[last])+1+size <= chunkSize {
		return true
	}
	if d.Text() >= limits.Text {
		return false
	}
	d.chunks = append(d.chunks, make([]byte, 0, chunkSize))
	return true
}

func (d *Dict) grow() {
	old := d.slots
	d.slots = make([]uint64, max(1<<8, 2*len(old)))
	mask := uint64(len(d.slots) - 1)
	for _, slot := range old {
		if slot == 0 {
			continue
		}
		// The slot does not have the lower half of the hash, so it is computed again.
		at := maphash.Bytes(seed, d.Value(uint32(slot)-1)) & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = slot
	}
}
