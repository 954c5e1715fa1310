package index

import "encoding/binary"

// encodeChanges writes the changes, path by path: their number and, for each change, the distance
// in commits from the previous one and the new content. The content is 0 for no file; otherwise it
// is 1 + the zigzag encoding of b - e. Here, b is the number of the blob, and e is 0 for the first
// blob and otherwise 1 + the number of the blob before it in the output.
func encodeChanges(of [][]change) []byte {
	var out []byte
	expected := int32(0)
	for _, changes := range of {
		out = binary.AppendUvarint(out, uint64(len(changes)))
		at := int32(0)
		for _, c := range changes {
			out = binary.AppendUvarint(out, uint64(c.at-at))
			at = c.at
			if c.blob == gone {
				out = append(out, 0)
				continue
			}
			away := int64(c.blob - expected)
			out = binary.AppendUvarint(out, (uint64(away)<<1^uint64(away>>63))+1)
			expected = c.blob + 1
		}
	}
	return out
}

// eachChange calls visit for each change, path by path. It returns false if the data is malformed.
func eachChange(data []byte, paths, commits, blobs int, visit func(path int, c change)) bool {
	d := decoder{data: data}
	expected := int64(0)
	for path := range paths {
		at := 0
		for range d.int() {
			at += d.int()
			n := d.uint()
			if d.failed || at >= commits {
				return false
			}
			held := int64(gone)
			if n != 0 {
				n--
				held = expected + (int64(n>>1) ^ -int64(n&1))
				if held < 0 || held >= int64(blobs) {
					return false
				}
				expected = held + 1
			}
			visit(path, change{int32(at), int32(held)})
		}
	}
	return d.ended()
}

// A Lifetime says that Path has the content Blob in the commits at positions From up to but
// excluding To.
type Lifetime struct {
	Path     int // its number; paths are sorted by bytes
	From, To int
	Blob     int
}

// eachLifetime calls visit for each lifetime, path by path. It returns false if the data is
// malformed. `whole` says that the data ends after `paths` paths; data after them is then
// malformed, too. Every search reads the whole section, so eachLifetime decodes it in one loop,
// which is faster than a call of eachChange.
func eachLifetime(data []byte, paths, commits, blobs int, whole bool, visit func(Lifetime)) bool {
	expected, i := int64(0), 0
	for path := range paths {
		var changes, n uint64
		changes, i = number(data, i)
		held, since, at := int64(gone), 0, 0
		for ; changes > 0; changes-- {
			n, i = number(data, i)
			if i > len(data) || n >= uint64(commits-at) {
				return false
			}
			at += int(n)
			if held != gone {
				visit(Lifetime{Path: path, From: since, To: at, Blob: int(held)})
			}
			if n, i = number(data, i); n == 0 {
				held = gone
				continue
			}
			n--
			held = expected + (int64(n>>1) ^ -int64(n&1))
			if i > len(data) || held < 0 || held >= int64(blobs) {
				return false
			}
			since, expected = at, held+1
		}
		if held != gone {
			visit(Lifetime{Path: path, From: since, To: commits, Blob: int(held)})
		}
	}
	return i == len(data) || !whole && i < len(data)
}

// number reads a varint at i, and returns the position after it. The position is beyond the end of
// the data if the varint is malformed.
func number(data []byte, i int) (n uint64, next int) {
	if i < len(data) && data[i] < 0x80 {
		return uint64(data[i]), i + 1
	}
	return longNumber(data, i)
}

func longNumber(data []byte, i int) (n uint64, next int) {
	if i < len(data) {
		if n, size := binary.Uvarint(data[i:]); size > 0 {
			return n, i + size
		}
	}
	return 0, len(data) + 1
}
