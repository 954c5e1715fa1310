package index

import (
	"encoding/binary"
	"slices"
)

// postings collects the blobs that contain each trigram, as runs: ranges of consecutive blob
// numbers. Versions of a file have consecutive numbers and nearly the same trigrams, so only the
// differences between neighbours are written.
type postings struct {
	slots [trigrams >> 8]*[256]uint32 // by trigram: 1 + index in lists, or 0
	lists []list

	bits     []uint64 // the trigrams of the previous blob
	previous []uint32 // the same, as a list
	next     []uint64 // scratch, empty between calls
}

// A list has the blobs of one trigram.
type list struct {
	trigram uint32
	start   int32  // start of the open run, while the trigram is in postings.previous
	last    int32  // end of the run that was written last
	runs    []byte // see appendRun
}

func newPostings() *postings {
	return &postings{bits: make([]uint64, trigrams/64), next: make([]uint64, trigrams/64)}
}

// add records the distinct trigrams of a blob. Blobs must be added in ascending order. A run may
// include blobs in between that were not added: a false candidate costs time, but changes no count.
func (p *postings) add(blob int32, found []uint32) {
	for _, t := range found {
		p.next[t>>6] |= 1 << (t & 63)
		if p.bits[t>>6]&(1<<(t&63)) == 0 {
			p.list(t).start = blob
		}
	}
	for _, t := range p.previous {
		if p.next[t>>6]&(1<<(t&63)) == 0 {
			p.list(t).close(blob)
		}
		p.bits[t>>6] &^= 1 << (t & 63)
	}
	p.bits, p.next = p.next, p.bits
	p.previous = append(p.previous[:0], found...)
}

func (p *postings) list(t uint32) *list {
	page := p.slots[t>>8]
	if page == nil {
		page = new([256]uint32)
		p.slots[t>>8] = page
	}
	slot := &page[t&0xff]
	if *slot == 0 {
		p.lists = append(p.lists, list{trigram: t})
		*slot = uint32(len(p.lists))
	}
	return &p.lists[*slot-1]
}

// close writes the open run, which ends before blob `end`.
func (l *list) close(end int32) {
	l.runs = appendRun(l.runs, l.last, l.start, end)
	l.last = end
}

// appendRun writes the run of the blobs from `start` up to but excluding `end`. The previous run
// ended before `last`. appendRun writes twice the distance between the two runs. For a run of more
// than one blob, it also sets the lowest bit of this number, and then writes the length of the run
// minus two.
func appendRun(to []byte, last, start, end int32) []byte {
	distance := uint64(start-last) << 1
	if end-start == 1 {
		return binary.AppendUvarint(to, distance)
	}
	return binary.AppendUvarint(binary.AppendUvarint(to, distance|1), uint64(end-start-2))
}

// finish ends all open runs before blob `end`, and returns the lists in the order of their
// trigrams.
func (p *postings) finish(end int32) []list {
	for _, t := range p.previous {
		p.list(t).close(end)
	}
	p.previous = nil
	slices.SortFunc(p.lists, func(a, b list) int { return int(a.trigram) - int(b.trigram) })
	return p.lists
}
