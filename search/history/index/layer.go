package index

import (
	"encoding/binary"
	"fmt"
	"sort"
)

// A layer has the trigrams of blobs with consecutive numbers: those that one Update added, or those
// of several merged layers. It has these parts:
//
//   - The dictionary has the trigrams in order, in blocks of trigramsPerBlock. For each trigram, it
//     has the distance from the previous one, and the size of the trigram's runs in bytes.
//   - The directory has an entry for each block of the dictionary: its first trigram, its offset,
//     the offset of its first runs, and its checksum.
//   - The runs of all trigrams are concatenated; see appendRun. Blob numbers are relative to the
//     layer's first blob.
//   - The runs table is the table of the runs' blocks; see blocks.go.
const (
	trigramsPerBlock = 256
	directoryEntry   = 4 + 4 + 8 + 4
)

// encodeLayer returns the parts of a layer.
func encodeLayer(lists []list) (parts [layerParts][]byte) {
	size := 0
	for _, l := range lists {
		size += len(l.runs)
	}
	runs := make([]byte, 0, size)
	var directory, dictionary []byte
	for len(lists) > 0 {
		n := min(len(lists), trigramsPerBlock)
		start := len(dictionary)
		directory = binary.LittleEndian.AppendUint32(directory, lists[0].trigram)
		directory = binary.LittleEndian.AppendUint32(directory, uint32(start))
		directory = binary.LittleEndian.AppendUint64(directory, uint64(len(runs)))
		last := lists[0].trigram
		for _, l := range lists[:n] {
			dictionary = binary.AppendUvarint(dictionary, uint64(l.trigram-last))
			dictionary = binary.AppendUvarint(dictionary, uint64(len(l.runs)))
			last = l.trigram
			runs = append(runs, l.runs...)
		}
		directory = binary.LittleEndian.AppendUint32(directory, checksum(dictionary[start:]))
		lists = lists[n:]
	}
	parts[directoryPart], parts[dictionaryPart] = directory, dictionary
	parts[runsPart], parts[runsTablePart] = packBlocks(runs)
	return parts
}

// eachRun calls visit for each run, in order. It returns false if the runs are malformed, or if a
// blob number is not below `blobs`.
func eachRun(runs []byte, blobs int, visit func(start, end int)) bool {
	d := decoder{data: runs}
	at := 0
	for len(d.data) > 0 {
		n := d.int()
		at += n >> 1
		end := at + 1
		if n&1 != 0 {
			end += 1 + d.int()
		}
		if d.failed || end > blobs {
			return false
		}
		visit(at, end)
		at = end
	}
	return true
}

// decodeLayer reads the lists of a layer from its parts.
func decodeLayer(parts [layerParts][]byte, blobs int) ([]list, error) {
	runs, err := unpackBlocks(parts[runsPart], parts[runsTablePart])
	if err != nil {
		return nil, err
	}
	lists, ok := decodeLists(parts[directoryPart], parts[dictionaryPart], runs, blobs)
	if !ok {
		return nil, fmt.Errorf("%w: a layer cannot be read", ErrDamaged)
	}
	return lists, nil
}

// decodeLists reads the lists of a layer. It returns false if the data is malformed.
func decodeLists(directory, dictionary, runs []byte, blobs int) ([]list, bool) {
	var lists []list
	for k := 0; k < len(directory)/directoryEntry; k++ {
		trigram := binary.LittleEndian.Uint32(directory[k*directoryEntry:])
		start, end := dictionaryBlock(directory, dictionary, k)
		if start > end {
			return nil, false
		}
		d := decoder{data: dictionary[start:end]}
		for len(d.data) > 0 {
			l := list{trigram: trigram + uint32(d.int())}
			size := d.int()
			if d.failed || size > len(runs) || l.trigram >= trigrams {
				return nil, false
			}
			l.runs, runs, trigram = runs[:size:size], runs[size:], l.trigram
			if !eachRun(l.runs, blobs, func(_, end int) { l.last = int32(end) }) {
				return nil, false
			}
			lists = append(lists, l)
		}
	}
	return lists, len(runs) == 0
}

// mergeLists merges the lists of two adjacent layers. In the result, blob 0 of b has the number
// `shift`.
func mergeLists(a, b []list, shift int32) []list {
	out := make([]list, 0, max(len(a), len(b)))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].trigram < b[0].trigram:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0].trigram < a[0].trigram:
			out, b = append(out, b[0].behind(list{trigram: b[0].trigram}, shift)), b[1:]
		default:
			out, a, b = append(out, b[0].behind(a[0], shift)), a[1:], b[1:]
		}
	}
	return out
}

// behind returns the list `before` with the runs of l after its own. `shift` is added to the blob
// numbers of l.
func (l list) behind(before list, shift int32) list {
	first := decoder{data: l.runs}
	n := first.uint() // only the distance of the first run changes
	rest := first.data
	start := shift + int32(n>>1)
	before.runs = append(binary.AppendUvarint(before.runs, uint64(start-before.last)<<1|n&1), rest...)
	before.last = shift + l.last
	return before
}

// dictionaryBlock returns the bounds of block k of the dictionary. If start > end, the directory is
// malformed.
func dictionaryBlock(directory, dictionary []byte, k int) (start, end int) {
	start, end = int(binary.LittleEndian.Uint32(directory[k*directoryEntry+4:])), len(dictionary)
	if (k+1)*directoryEntry < len(directory) {
		end = int(binary.LittleEndian.Uint32(directory[(k+1)*directoryEntry+4:]))
	}
	if end > len(dictionary) {
		return 1, 0
	}
	return start, end
}

// layer is a layer of an open index.
type layer struct {
	index     *Index
	header    layerHeader
	number    int
	directory []byte
	runs      blocks
}

// runsOf returns the runs of a trigram, or nil if no blob of the layer contains it.
func (l *layer) runsOf(trigram uint32) ([]byte, error) {
	blocks := len(l.directory) / directoryEntry
	k := sort.Search(blocks, func(i int) bool {
		return binary.LittleEndian.Uint32(l.directory[i*directoryEntry:]) > trigram
	}) - 1
	if k < 0 {
		return nil, nil
	}
	entry := l.directory[k*directoryEntry:]
	dictionary := l.index.header.sections[layerSection(l.number, dictionaryPart)]
	start, end := int64(binary.LittleEndian.Uint32(entry[4:])), dictionary.size
	if k+1 < blocks {
		end = int64(binary.LittleEndian.Uint32(entry[directoryEntry+4:]))
	}
	if start > end || end > dictionary.size {
		return nil, fmt.Errorf("%w: the directory of a layer is malformed", ErrDamaged)
	}
	block, err := l.index.read(dictionary.offset+start, end-start)
	if err != nil {
		return nil, err
	}
	if checksum(block) != binary.LittleEndian.Uint32(entry[16:]) {
		return nil, fmt.Errorf("%w: the checksum of the dictionary is wrong", ErrDamaged)
	}
	at, now := int64(binary.LittleEndian.Uint64(entry[8:])), binary.LittleEndian.Uint32(entry)
	for d := (decoder{data: block}); len(d.data) > 0; {
		now += uint32(d.int())
		size := d.int()
		switch {
		case d.failed:
			return nil, fmt.Errorf("%w: the dictionary of a layer is malformed", ErrDamaged)
		case now == trigram:
			return l.runs.part(at, int64(size))
		case now > trigram:
			return nil, nil
		}
		at += int64(size)
	}
	return nil, nil
}

// mark sets the bits of the blobs in the runs of a trigram.
func (l *layer) mark(trigram uint32, set Bits) error {
	runs, err := l.runsOf(trigram)
	if err != nil {
		return err
	}
	if !eachRun(runs, l.header.blobs, func(start, end int) { set.setRun(l.header.first+start, l.header.first+end) }) {
		return fmt.Errorf("%w: the runs of a trigram are malformed", ErrDamaged)
	}
	return nil
}
