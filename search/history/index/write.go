package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// The methods of this file turn the changes that the walker found into the file of the index.

// ended reports whether ctx has ended. So that it is cheap in long loops, it checks ctx only if i
// is a multiple of 16,384.
func ended(ctx context.Context, i int) bool { return i&0x3fff == 0 && ctx.Err() != nil }

// pathOrder returns the numbers of all paths in byte order.
func (b *builder) pathOrder(ctx context.Context) ([]int32, error) {
	order := make([]int32, len(b.history.names))
	for i := range order {
		order[i] = int32(i)
	}
	compared, stop := 0, false
	slices.SortFunc(order, func(p, q int32) int {
		// A sort cannot be left, but it is fast if all elements are equal.
		if compared++; stop || ended(ctx, compared) {
			stop = true
			return 0
		}
		return strings.Compare(b.history.names[p], b.history.names[q])
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return order, nil
}

// renumber gives new numbers to the blobs whose numbers are at least `first`. The numbers follow
// the order of paths, so that versions of a file are neighbours.
func (b *builder) renumber(ctx context.Context, order []int32, first int32) error {
	h := b.history
	// by old number minus `first`: 1 + the new number, or 0 if it has none yet
	number := make([]int32, len(h.blobs)-int(first))
	next := first
	blobs := slices.Clone(h.blobs[:first])
	for k, path := range order {
		if ended(ctx, k) {
			return context.Cause(ctx)
		}
		for i, c := range h.of[path] {
			if c.blob < first {
				continue
			}
			n := &number[c.blob-first]
			if *n == 0 {
				blobs = append(blobs, h.blobs[c.blob])
				next++
				*n = next
			}
			h.of[path][i].blob = *n - 1
		}
	}
	h.blobs, h.blobOf = blobs, nil // blobOf has the old numbers
	return nil
}

// addLayer adds a layer, and merges it with preceding layers that are not much larger. So there are
// few layers, and the trigrams of each blob are rewritten only a few times.
func (b *builder) addLayer(ctx context.Context, at layerHeader, lists []list) error {
	for len(b.layers) > 0 {
		last := b.layers[len(b.layers)-1]
		if last.header.blobs > 4*at.blobs {
			break
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		before, err := decodeLayer(last.parts, last.header.blobs)
		if err != nil {
			return err
		}
		lists = mergeLists(before, lists, int32(last.header.blobs))
		at = layerHeader{last.header.first, last.header.blobs + at.blobs}
		b.layers = b.layers[:len(b.layers)-1]
	}
	b.layers = append(b.layers, builtLayer{at, encodeLayer(lists)})
	return nil
}

// write replaces the file, unless ctx has ended before. `order` has the numbers of the paths in
// byte order.
func (b *builder) write(ctx context.Context, order []int32) (size int64, err error) {
	h := b.history
	names, changes := make([]string, len(order)), make([][]change, len(order))
	for i, p := range order {
		names[i], changes[i] = h.names[p], h.of[p]
	}
	hashLen := b.objects.HashLen()
	var fixed [fixedSections][]byte
	sections := fixed[:]
	for _, encode := range []func(){
		func() { sections[chainSection] = encodeChain(b.chain, hashLen) },
		func() { sections[pathsSection] = encodePaths(names) },
		func() { sections[idsSection], sections[idTableSection] = packBlocks(encodeIDs(h.blobs, hashLen)) },
		func() { sections[kindsSection] = b.kinds.encode() },
		func() { sections[changesSection] = encodeChanges(changes) },
		func() { sections[unsearchedSection] = encodeRuns(b.unsearched()) },
	} {
		if encode(); ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
	}
	head := &header{hashLen: hashLen, commits: len(b.chain), paths: len(names), blobs: len(h.blobs), text: b.text, cut: b.cut}
	for _, l := range b.layers {
		head.layers = append(head.layers, l.header)
		sections = append(sections, l.parts[:]...)
	}
	for _, s := range sections {
		head.sections = append(head.sections, section{size: int64(len(s)), sum: checksum(s)})
		size += int64(len(s))
	}
	start := head.encode()
	if len(start) > maxHeader {
		return 0, fmt.Errorf("the header would have %d bytes; at most %d are allowed", len(start), maxHeader)
	}
	return size + int64(len(start)), replaceFile(b.path, append([][]byte{start}, sections...))
}
