package packfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"sync/atomic"
)

// Pack is an open pack with its index. It is safe for concurrent use.
type Pack struct {
	idxFile, dataFile content
	idx, data         []byte // the bytes of these files
	hashLen           int
	count             int
	names             []byte // the sorted object ids, as many as count says
	small             []byte // a 4-byte offset per id; with the top bit set, an index into large
	large             []byte // offsets of 8 bytes

	touched atomic.Int64 // approximate number of bytes of data read since the last release
}

const fanoutAt, namesAt = 8, 8 + 256*4

// ErrUnsupported is returned for a pack or index in a form that this package does not read.
var ErrUnsupported = errors.New("not a pack index of version 2 with its pack")

// Open opens the pack that belongs to the .idx file at path, whose object ids have hashLen bytes.
func Open(path string, hashLen int) (_ *Pack, err error) {
	p := &Pack{hashLen: hashLen}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if p.idxFile, err = openContent(path); err != nil {
		return nil, err
	}
	if p.dataFile, err = openContent(strings.TrimSuffix(path, ".idx") + ".pack"); err != nil {
		return nil, err
	}
	p.idx, p.data = p.idxFile.bytes, p.dataFile.bytes
	err = guard(p.readHeaders)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return p, nil
}

func (p *Pack) readHeaders() error {
	if len(p.idx) < namesAt+2*p.hashLen || !bytes.Equal(p.idx[:8], []byte("\xfftOc\x00\x00\x00\x02")) {
		return ErrUnsupported
	}
	if len(p.data) < 12+p.hashLen || !bytes.Equal(p.data[:7], []byte("PACK\x00\x00\x00")) || p.data[7] != 2 && p.data[7] != 3 {
		return ErrUnsupported
	}
	p.count = int(binary.BigEndian.Uint32(p.idx[fanoutAt+255*4:]))
	last := uint32(0)
	for i := range 256 {
		n := binary.BigEndian.Uint32(p.idx[fanoutAt+i*4:])
		if n < last {
			return ErrUnsupported
		}
		last = n
	}
	rest := p.idx[namesAt : len(p.idx)-2*p.hashLen]
	if len(rest) < p.count*(p.hashLen+8) {
		return ErrUnsupported
	}
	p.names, rest = rest[:p.count*p.hashLen], rest[p.count*p.hashLen:]
	rest = rest[p.count*4:] // skip the checksums; only tools that copy entries need them
	p.small, p.large = rest[:p.count*4], rest[p.count*4:]
	return nil
}

// Close unmaps the files. No Read may be running.
func (p *Pack) Close() {
	p.idxFile.close()
	p.dataFile.close()
}

// content is the content of a file: a copy in memory of a small file, a mapping of a large one.
// Copying a few pages costs less than mapping, releasing and unmapping them, because the system
// interrupts all processors when it releases or unmaps pages.
type content struct {
	bytes  []byte
	mapped bool
}

// smallFile is the size in bytes up to which a file is copied.
const smallFile = 256 << 10

// Linux counts mapped pages as the process's memory. So the pages of a pack are released after
// every releaseAfter bytes that were read. The pages of an index of more than largeIndex bytes are
// released after its look-ups.
const (
	releaseAfter = 32 << 20
	largeIndex   = 4 << 20

	faultAround = 64 << 10 // the system maps this many bytes around each page that is read
)

// touch records that a reader read data[from:from+n]. The previous read of this reader ended at the
// offset `last`.
func (p *Pack) touch(last, from, n int64) {
	if from < last || from > last+faultAround {
		n += faultAround
	}
	if p.touched.Add(n) > releaseAfter {
		p.release()
	}
}

func (p *Pack) release() {
	p.touched.Store(0)
	p.dataFile.release()
}

func (p *Pack) releaseIndex() {
	if len(p.idx) > largeIndex {
		p.idxFile.release()
	}
}

// find returns the offset of the entry of an object.
func (p *Pack) find(hash []byte) (int64, bool) {
	low := 0
	if hash[0] > 0 {
		low = int(binary.BigEndian.Uint32(p.idx[fanoutAt+int(hash[0]-1)*4:]))
	}
	high := int(binary.BigEndian.Uint32(p.idx[fanoutAt+int(hash[0])*4:]))
	i := low + sort.Search(high-low, func(i int) bool {
		at := (low + i) * p.hashLen
		return bytes.Compare(p.names[at:at+p.hashLen], hash[:p.hashLen]) >= 0
	})
	if i >= high || !bytes.Equal(p.names[i*p.hashLen:(i+1)*p.hashLen], hash[:p.hashLen]) {
		return 0, false
	}
	offset := int64(binary.BigEndian.Uint32(p.small[i*4:]))
	if offset&(1<<31) != 0 {
		at := int(offset&(1<<31-1)) * 8
		if at+8 > len(p.large) {
			return 0, false
		}
		offset = int64(binary.BigEndian.Uint64(p.large[at:]) &^ (1 << 63))
	}
	return offset, true
}

// Types of entries that are deltas. Types 1 to 4 are commit, tree, blob and tag.
const (
	offsetDelta = 6
	hashDelta   = 7
)

// header is the start of an entry.
type header struct {
	kind byte
	size int64 // decompressed size in bytes of the object or delta
	base int64 // offset of the base; only for deltas
	data int64 // offset of the compressed bytes
}

var errEntry = errors.New("malformed entry in the pack")

// header reads the header of the entry at an offset.
func (p *Pack) header(offset int64) (header, error) {
	end := int64(len(p.data) - p.hashLen)
	if offset < 12 || offset >= end {
		return header{}, errEntry
	}
	at := offset
	c := p.data[at]
	at++
	h := header{kind: c >> 4 & 7, size: int64(c & 15)}
	for shift := 4; c&0x80 != 0; shift += 7 {
		if at >= end || shift > 53 {
			return header{}, errEntry
		}
		c = p.data[at]
		at++
		h.size |= int64(c&0x7f) << shift
	}
	switch h.kind {
	case 1, 2, 3, 4:
	case offsetDelta:
		var back int64
		for first := true; ; first = false {
			if at >= end || back > 1<<47 {
				return header{}, errEntry
			}
			c = p.data[at]
			at++
			if !first {
				back++
			}
			back = back<<7 | int64(c&0x7f)
			if c&0x80 == 0 {
				break
			}
		}
		h.base = offset - back
		if back <= 0 || h.base < 12 {
			return header{}, errEntry
		}
	case hashDelta:
		if at+int64(p.hashLen) > end {
			return header{}, errEntry
		}
		base, ok := p.find(p.data[at : at+int64(p.hashLen)])
		if !ok {
			return header{}, errEntry
		}
		h.base = base
		at += int64(p.hashLen)
	default:
		return header{}, errEntry
	}
	h.data = at
	return h, nil
}
