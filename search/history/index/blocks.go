package index

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/backsight/backsight/internal/inflate"
)

// A section that is read in parts is stored in blocks of blockSize bytes, each of which is
// compressed if that makes it smaller. Compression is Huffman coding only, which makes runs of
// trigrams 20 to 25 % smaller; a search for repeated strings would hardly make them smaller still.
// A table has the size of the section in bytes and, for each block, its end and its checksum.
const (
	blockSize  = 16 << 10
	tableStart = 8
	tableEntry = 8 + 4
)

// packBlocks returns data in blocks, and the table of the blocks.
func packBlocks(data []byte) (packed, table []byte) {
	packed = make([]byte, 0, len(data))
	table = binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	var small bytes.Buffer
	writer, _ := zlib.NewWriterLevel(&small, flate.HuffmanOnly) // the level is valid
	for len(data) > 0 {
		block := data[:min(blockSize, len(data))]
		data = data[len(block):]
		small.Reset()
		writer.Reset(&small)
		_, _ = writer.Write(block) // writes to memory cannot fail
		_ = writer.Close()
		if small.Len() < len(block) {
			block = small.Bytes()
		}
		packed = append(packed, block...)
		table = binary.LittleEndian.AppendUint64(table, uint64(len(packed)))
		table = binary.LittleEndian.AppendUint32(table, checksum(block))
	}
	return packed, table
}

// blocks is a section that is read in parts.
type blocks struct {
	size  int64 // size of the section in bytes, uncompressed
	table []byte
	read  func(offset, size int64) ([]byte, error) // reads the stored bytes
}

// openBlocks opens a section. `stored` is the number of its stored bytes.
func openBlocks(table []byte, stored int64, read func(offset, size int64) ([]byte, error)) (b blocks, err error) {
	if len(table) < tableStart || (len(table)-tableStart)%tableEntry != 0 {
		return b, fmt.Errorf("%w: a table of blocks is malformed", ErrDamaged)
	}
	b = blocks{size: int64(binary.LittleEndian.Uint64(table)), table: table[tableStart:], read: read}
	n := int64(len(b.table) / tableEntry)
	if b.size < 0 || b.size > n*blockSize || n > 0 && b.size <= (n-1)*blockSize || b.start(n) != stored {
		return b, fmt.Errorf("%w: a table of blocks is malformed", ErrDamaged)
	}
	return b, nil
}

// blocks opens the section `number`. The section `table` has its table.
func (x *Index) blocks(number, table int) (blocks, error) {
	data, err := x.section(table)
	if err != nil {
		return blocks{}, err
	}
	s := x.header.sections[number]
	return openBlocks(data, s.size, func(offset, size int64) ([]byte, error) { return x.read(s.offset+offset, size) })
}

// start returns the offset of block k, which is the end of the previous block.
func (b *blocks) start(k int64) int64 {
	if k == 0 {
		return 0
	}
	return int64(binary.LittleEndian.Uint64(b.table[(k-1)*tableEntry:]))
}

// part returns `size` bytes of the section, from the offset `at` on.
func (b *blocks) part(at, size int64) ([]byte, error) {
	data, from, err := b.around(at, size)
	if err != nil {
		return nil, err
	}
	return data[at-from:][:size], nil
}

var decoders = sync.Pool{New: func() any { return new(inflate.Decoder) }}

// around returns the uncompressed blocks that contain `size` bytes of the section, from the offset
// `at` on. `from` is the offset of the first of these blocks.
func (b *blocks) around(at, size int64) (data []byte, from int64, err error) {
	if at < 0 || size < 0 || size > b.size || at > b.size-size {
		return nil, 0, fmt.Errorf("%w: an offset is outside its section", ErrDamaged)
	}
	first, last := at/blockSize, (at+size+blockSize-1)/blockSize // last is exclusive
	from = first * blockSize
	base, stop := b.start(first), b.start(last)
	if stop < base || stop > b.start(int64(len(b.table)/tableEntry)) {
		return nil, 0, fmt.Errorf("%w: a table of blocks is malformed", ErrDamaged)
	}
	stored, err := b.read(base, stop-base)
	if err != nil {
		return nil, 0, err
	}
	decoder := decoders.Get().(*inflate.Decoder)
	defer decoders.Put(decoder)
	data = make([]byte, min(last*blockSize, b.size)-from)
	for k := first; k < last; k++ {
		to := data[k*blockSize-from:]
		to = to[:min(blockSize, len(to))]
		start, end := b.start(k)-base, b.start(k+1)-base
		if start < 0 || start > end || end > int64(len(stored)) ||
			checksum(stored[start:end]) != binary.LittleEndian.Uint32(b.table[k*tableEntry+8:]) || !unpack(decoder, to, stored[start:end]) {
			return nil, 0, fmt.Errorf("%w: a block is malformed, or its checksum is wrong", ErrDamaged)
		}
	}
	return data, from, nil
}

// unpack writes the content of a block to the slice `to`, which has the content's length. The block
// is compressed if it is shorter than the content. unpack returns false if the block is malformed.
func unpack(decoder *inflate.Decoder, to, block []byte) bool {
	if len(block) >= len(to) {
		return copy(to, block) == len(block)
	}
	n, err := decoder.Zlib(to, block)
	return err == nil && n == len(block)
}

// unpackBlocks returns the bytes of a whole section.
func unpackBlocks(packed, table []byte) ([]byte, error) {
	b, err := openBlocks(table, int64(len(packed)), func(offset, size int64) ([]byte, error) {
		if offset < 0 || offset+size > int64(len(packed)) {
			return nil, ErrDamaged
		}
		return packed[offset : offset+size], nil
	})
	if err != nil {
		return nil, err
	}
	return b.part(0, b.size)
}
