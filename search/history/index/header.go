package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// magic is at the start of every file. Its last byte is the version of the format and of the rules
// by which a repository is read. A file of another version is treated as absent, and the next
// Update replaces it. Version 4 lacked files with modes that today's git does not write (see
// gitrepo.KindOfEntry), lacked texts in UTF-16 and UTF-32, and may have applied grafts. Version 5
// lacked the section of unsearched.go.
const magic = "bshist\x00\x06"

// maxHeader limits the size of the header in bytes. Each layer takes about 40 bytes.
const maxHeader = 1 << 16

// ErrDamaged says that a file is not a valid index of this version. Callers treat the index as
// absent.
var ErrDamaged = errors.New("history index is damaged or of another version")

var checksums = crc32.MakeTable(crc32.Castagnoli)

func checksum(data []byte) uint32 { return crc32.Checksum(data, checksums) }

// header has the sizes and offsets of everything in the file.
type header struct {
	hashLen  int
	commits  int
	paths    int
	blobs    int
	text     int64 // bytes of distinct text that were indexed
	cut      bool  // the oldest commit has a parent, which could not be read, as in a shallow clone
	layers   []layerHeader
	sections []section // first the fixed sections, then those of each layer
}

// A layerHeader says which blobs are in a layer.
type layerHeader struct{ first, blobs int }

// A section is a part of the file.
type section struct {
	offset, size int64
	sum          uint32
}

// The sections, in the order of the file. Those of a layer are repeated for each layer.
const (
	chainSection = iota
	pathsSection
	idsSection
	idTableSection
	kindsSection
	changesSection
	unsearchedSection
	fixedSections
)

const (
	directoryPart = iota
	dictionaryPart
	runsTablePart
	runsPart
	layerParts
)

func layerSection(layer, part int) int { return fixedSections + layer*layerParts + part }

// encode returns the header's bytes. The offsets of sections are not stored.
func (h *header) encode() []byte {
	var body []byte
	number := func(n int64) { body = binary.AppendUvarint(body, uint64(n)) }
	cut := 0
	if h.cut {
		cut = 1
	}
	for _, n := range []int{h.hashLen, h.commits, h.paths, h.blobs, int(h.text), cut, len(h.layers)} {
		number(int64(n))
	}
	for _, l := range h.layers {
		number(int64(l.first))
		number(int64(l.blobs))
	}
	for _, s := range h.sections {
		number(s.size)
		number(int64(s.sum))
	}
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(body)))
	out = append(out, body...)
	return binary.LittleEndian.AppendUint32(out, checksum(out))
}

// readHeader reads the header of a file of `size` bytes.
func readHeader(from io.ReaderAt, size int64) (*header, error) {
	start := make([]byte, min(size, 4096))
	if _, err := from.ReadAt(start, 0); err != nil {
		return nil, err
	}
	if len(start) < len(magic)+8 || !bytes.HasPrefix(start, []byte(magic)) {
		return nil, fmt.Errorf("%w: the header is not of this version", ErrDamaged)
	}
	n := int64(binary.LittleEndian.Uint32(start[len(magic):])) + int64(len(magic)) + 8
	if n > maxHeader || n > size {
		return nil, fmt.Errorf("%w: the header would have %d bytes; the file has %d, and at most %d are allowed", ErrDamaged, n, size, maxHeader)
	}
	if n > int64(len(start)) {
		start = make([]byte, n)
		if _, err := from.ReadAt(start, 0); err != nil {
			return nil, err
		}
	}
	sum := binary.LittleEndian.Uint32(start[n-4:])
	if checksum(start[:n-4]) != sum {
		return nil, fmt.Errorf("%w: the checksum of the header is wrong", ErrDamaged)
	}
	h := &header{}
	d := decoder{data: start[len(magic)+4 : n-4]}
	h.hashLen, h.commits, h.paths, h.blobs, h.text = d.int(), d.int(), d.int(), d.int(), int64(d.int())
	h.cut = d.int() != 0
	h.layers = make([]layerHeader, min(d.int(), maxHeader))
	for i := range h.layers {
		h.layers[i] = layerHeader{d.int(), d.int()}
	}
	h.sections = make([]section, layerSection(len(h.layers), 0))
	offset := n
	for i := range h.sections {
		h.sections[i] = section{offset: offset, size: int64(d.int()), sum: uint32(d.int())}
		offset += h.sections[i].size
	}
	if !d.ended() || offset != size {
		return nil, fmt.Errorf("%w: the file has %d bytes; its header is malformed, or describes another size (%d bytes)", ErrDamaged, size, offset)
	}
	return h, nil
}

// A decoder reads numbers. After a malformed one, all numbers are 0 and failed is set.
type decoder struct {
	data   []byte
	failed bool
}

func (d *decoder) uint() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 {
		d.failed, d.data = true, nil
		return 0
	}
	d.data = d.data[size:]
	return n
}

// int reads a number: a count, a position or a size. A number of 2^48 or more is malformed.
func (d *decoder) int() int {
	n := d.uint()
	if n >= 1<<48 {
		d.failed, d.data = true, nil
		return 0
	}
	return int(n)
}

// take returns the next n bytes. If there are fewer, it returns nil and sets failed.
func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.data) {
		d.failed, d.data = true, nil
		return nil
	}
	out := d.data[:n]
	d.data = d.data[n:]
	return out
}

// ended reports whether all data was read and was well-formed.
func (d *decoder) ended() bool { return !d.failed && len(d.data) == 0 }

func appendSigned(to []byte, n int64) []byte {
	return binary.AppendUvarint(to, uint64(n)<<1^uint64(n>>63))
}

func (d *decoder) signed() int64 {
	n := d.uint()
	return int64(n>>1) ^ -int64(n&1)
}
