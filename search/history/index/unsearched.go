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

// EachBinaryText calls visit with each file of the commit at a position of the chain that is binary
// although its name is that of a text, in the byte order of the paths. It returns ErrDamaged if the
// file of the index is damaged.
func (x *Index) EachBinaryText(position int, visit func(path string, blob int)) error {
	runs, err := x.section(unsearchedSection)
	if err != nil || len(runs) == 0 {
		return err
	}
	named := newBits(x.header.blobs)
	if !eachRun(runs, x.header.blobs, named.setRun) {
		return fmt.Errorf("%w: the list of binary files with names of texts is malformed", ErrDamaged)
	}
	paths, err := x.Paths()
	if err != nil {
		return err
	}
	var failed error
	err = x.EachLifetime(func(l Lifetime) {
		if failed != nil || !named.Has(l.Blob) || position < l.From || position >= l.To {
			return
		}
		name, err := paths.Name(l.Path)
		if failed = err; err == nil && match.HasTextName(name) {
			visit(name, l.Blob)
		}
	})
	if failed != nil {
		return failed
	}
	return err
}
