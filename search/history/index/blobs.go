package index

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/backsight/backsight/gitrepo"
)

// encodeIDs writes the object ids of blobs.
func encodeIDs(blobs []gitrepo.Hash, hashLen int) []byte {
	ids := make([]byte, 0, len(blobs)*hashLen)
	for _, b := range blobs {
		ids = append(ids, b[:hashLen]...)
	}
	return ids
}

// Hashes looks up the object ids of blobs. It is not safe for concurrent use.
type Hashes struct {
	ids     blocks
	hashLen int
	part    []byte // the blocks that were read last
	from    int64  // their offset
}

// Hashes opens the object ids. It returns ErrDamaged if the file is damaged.
func (x *Index) Hashes() (*Hashes, error) {
	ids, err := x.blocks(idsSection, idTableSection)
	if err != nil {
		return nil, err
	}
	if ids.size != int64(x.header.blobs)*int64(x.header.hashLen) {
		return nil, fmt.Errorf("%w: the object ids have the wrong size", ErrDamaged)
	}
	return &Hashes{ids: ids, hashLen: x.header.hashLen}, nil
}

// Of returns the object id of a blob. Consecutive calls for neighbouring blobs read the file once.
// It returns ErrDamaged if the file is damaged.
func (h *Hashes) Of(blob int) (hash gitrepo.Hash, err error) {
	at, size := int64(blob)*int64(h.hashLen), int64(h.hashLen)
	if at < h.from || at+size > h.from+int64(len(h.part)) {
		if h.part, h.from, err = h.ids.around(at, size); err != nil {
			return hash, err
		}
	}
	copy(hash[:], h.part[at-h.from:][:size])
	return hash, nil
}

// kinds lists the blobs for which trigrams do not decide whether they are candidates of a search.
type kinds struct {
	always []int32     // candidates of every search
	binary []int32     // never candidates, unless they exceed the size limit of the search
	large  []largeBlob // at least largeSize bytes
}

// add adds the kinds of blobs with higher numbers.
func (k *kinds) add(of kinds) {
	k.always, k.binary, k.large = append(k.always, of.always...), append(k.binary, of.binary...), append(k.large, of.large...)
}

// encode writes the runs of the blobs that are always candidates, then those of the binary blobs,
// each after its size in bytes. The large blobs follow, grouped by the number of bits of their
// size, from the largest down: that number, the number of blobs in the group, and for each blob the
// distance from the previous one and its size.
func (k *kinds) encode() []byte {
	var out []byte
	for _, blobs := range [][]int32{k.always, k.binary} {
		runs := encodeRuns(blobs)
		out = binary.AppendUvarint(out, uint64(len(runs)))
		out = append(out, runs...)
	}
	var classes [64][]largeBlob
	for _, b := range k.large {
		class := bits.Len64(uint64(b.size))
		classes[class] = append(classes[class], b)
	}
	for class := len(classes) - 1; class >= 0; class-- {
		if len(classes[class]) == 0 {
			continue
		}
		out = binary.AppendUvarint(out, uint64(class))
		out = binary.AppendUvarint(out, uint64(len(classes[class])))
		last := int32(0)
		for _, b := range classes[class] {
			out = binary.AppendUvarint(out, uint64(b.blob-last))
			out = binary.AppendUvarint(out, uint64(b.size))
			last = b.blob
		}
	}
	return out
}

// encodeRuns writes the runs of sorted blobs.
func encodeRuns(blobs []int32) (runs []byte) {
	last := int32(0)
	for len(blobs) > 0 {
		n := 1
		for n < len(blobs) && blobs[n] == blobs[0]+int32(n) {
			n++
		}
		end := blobs[0] + int32(n)
		runs = appendRun(runs, last, blobs[0], end)
		last, blobs = end, blobs[n:]
	}
	return runs
}

// encodedKinds is the kinds section of an index with the given number of blobs.
type encodedKinds struct {
	always, binary, large []byte
	blobs                 int
}

func splitKinds(data []byte, blobs int) (k encodedKinds, ok bool) {
	d := decoder{data: data}
	k = encodedKinds{always: d.take(d.int()), binary: d.take(d.int()), blobs: blobs}
	k.large = d.data
	return k, !d.failed
}

// eachLarge calls `visit` for the blobs of more than `size` bytes, but only for those of at least
// largeSize bytes. It returns false if the data is malformed.
func (k *encodedKinds) eachLarge(size int64, visit func(largeBlob)) bool {
	d := decoder{data: k.large}
	for len(d.data) > 0 {
		class := d.int()
		if class < bits.Len64(uint64(size)) {
			return !d.failed // the remaining blobs are smaller
		}
		blob := 0
		for range d.int() {
			blob += d.int()
			b := largeBlob{int32(blob), int64(d.int())}
			if d.failed || blob >= k.blobs {
				return false
			}
			if b.size > size {
				visit(b)
			}
		}
	}
	return !d.failed
}

// decode reads the whole section. ok is false if it is malformed.
func (k *encodedKinds) decode() (all kinds, ok bool) {
	ok = eachRun(k.always, k.blobs, func(start, end int) { all.always = appendRange(all.always, start, end) }) &&
		eachRun(k.binary, k.blobs, func(start, end int) { all.binary = appendRange(all.binary, start, end) }) &&
		k.eachLarge(0, func(b largeBlob) { all.large = append(all.large, b) })
	return all, ok
}

func appendRange(to []int32, start, end int) []int32 {
	for i := start; i < end; i++ {
		to = append(to, int32(i))
	}
	return to
}
