package index

import (
	"encoding/binary"
	"fmt"
)

// blockSize is how many bytes of a section that is read in parts have one checksum.
const blockSize = 16 << 10

// blocks is a section that is read in parts.
type blocks struct {
	index   *Index
	section section
	sums    []byte // 4 bytes for each block
}

// sumBlocks returns the checksums of a section's blocks.
func sumBlocks(data []byte) (sums []byte) {
	for at := 0; at < len(data); at += blockSize {
		sums = binary.LittleEndian.AppendUint32(sums, checksum(data[at:min(at+blockSize, len(data))]))
	}
	return sums
}

// blocks opens a section whose checksums are another one.
func (x *Index) blocks(number, sums int) (b blocks, err error) {
	b = blocks{index: x, section: x.header.sections[number]}
	if b.sums, err = x.section(sums); err != nil {
		return b, err
	}
	if int64(len(b.sums)) != 4*((b.section.size+blockSize-1)/blockSize) {
		return b, fmt.Errorf("%w: checksums of section %d", ErrDamaged, number)
	}
	return b, nil
}

// read returns size bytes of the section.
func (b *blocks) read(at, size int64) ([]byte, error) {
	data, from, err := b.around(at, size)
	if err != nil {
		return nil, err
	}
	return data[at-from:][:size], nil
}

// around returns the blocks that hold size bytes of the section, and where they begin.
func (b *blocks) around(at, size int64) (data []byte, from int64, err error) {
	if at < 0 || size < 0 || size > b.section.size || at > b.section.size-size {
		return nil, 0, fmt.Errorf("%w: an offset leaves its section", ErrDamaged)
	}
	from = at / blockSize * blockSize
	to := min((at+size+blockSize-1)/blockSize*blockSize, b.section.size)
	if data, err = b.index.read(b.section.offset+from, to-from); err != nil {
		return nil, 0, err
	}
	for k := from; k < to; k += blockSize {
		if checksum(data[k-from:min(k-from+blockSize, to-from)]) != binary.LittleEndian.Uint32(b.sums[k/blockSize*4:]) {
			return nil, 0, fmt.Errorf("%w: checksum of a block", ErrDamaged)
		}
	}
	return data, from, nil
}
