package index

import (
	"fmt"

	"github.com/backsight/backsight/search/match"
)

// unsearched returns the binary blobs, sorted, that a path with the name of a text has had; see
// match.HasTextName. The file lists them, so that a search of a history without such blobs, the
// usual case, need not look for them.
func (b *builder) unsearched() (blobs []int32) {
	if len(b.kinds.binary) == 0 {
		return nil
	}
	binary, named := newBits(len(b.history.blobs)), newBits(len(b.history.blobs))
	for _, blob := range b.kinds.binary {
		binary.set(int(blob))
	}
	for path, changes := range b.history.of {
		known := false
		for _, c := range changes {
			if c.blob == gone || !binary.Has(int(c.blob)) {
				continue
			}
			if !known && !match.HasTextName(b.history.names[path]) {
				break
			}
			known = true
			named.set(int(c.blob))
		}
	}
	for _, blob := range b.kinds.binary {
		if named.Has(int(blob)) {
			blobs = append(blobs, blob)
		}
	}
	return blobs
}

// BinaryTexts returns the blobs that are binary and that a path with the name of a text has had, or
// nil if there are none. It returns ErrDamaged if the file of the index is damaged.
func (x *Index) BinaryTexts() (Bits, error) {
	runs, err := x.section(unsearchedSection)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	named := newBits(x.header.blobs)
	if !eachRun(runs, x.header.blobs, named.setRun) {
		return nil, fmt.Errorf("%w: the list of binary files that are named like text files is malformed", ErrDamaged)
	}
	return named, nil
}
