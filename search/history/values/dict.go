package values

import (
	"bytes"
	"hash/maphash"
)

// seed is the same for all dictionaries and counters of a process, so that a value is hashed once.
var seed = maphash.MakeSeed()

// chunkSize is how much text is allocated at a time, in bytes: pieces without pointers, which cost the garbage collector
// nothing and are never copied.
const chunkSize = 1 << 20

// Dict numbers distinct values in the order in which they come. The zero Dict is empty and ready for use. It is not safe for
// concurrent use.
type Dict struct {
	chunks [][]byte // each value with its length, a byte, in front
	starts []uint32 // by number: where the value is, counted over all chunks
	slots  []uint64 // a hash table: the upper half of the hash, and 1 + the number; 0 is free
}

// Len is how many values there are: their numbers are below it.
func (d *Dict) Len() int { return len(d.starts) }

// Text is how many bytes of chunks are in use or allocated.
func (d *Dict) Text() int { return len(d.chunks) * chunkSize }

// Value is the text with a number; it must not be changed.
func (d *Dict) Value(number uint32) []byte {
	at := d.starts[number]
	chunk := d.chunks[at/chunkSize]
	from := at % chunkSize
	return chunk[from+1 : from+1+uint32(chunk[from])]
}

// add returns the number of a value with the given hash. ok is false when it is new and there is no room by the limits.
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

// room makes sure that the last chunk can take a value of size bytes; false when there may be no other chunk.
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
		// The lower half of the hash is not kept: the value tells it again.
		at := maphash.Bytes(seed, d.Value(uint32(slot)-1)) & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = slot
	}
}
