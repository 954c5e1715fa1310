package index

import "math/bits"

// Bits is a set of blob numbers.
type Bits []uint64

func newBits(n int) Bits { return make(Bits, (n+63)/64) }

// Has reports whether blob i is in the set.
func (b Bits) Has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }

func (b Bits) set(i int) { b[i>>6] |= 1 << (i & 63) }

// setRun sets the bits from `start` up to but excluding `end`.
func (b Bits) setRun(start, end int) {
	for start < end && start&63 != 0 {
		b.set(start)
		start++
	}
	for ; start+64 <= end; start += 64 {
		b[start>>6] = ^uint64(0)
	}
	for ; start < end; start++ {
		b.set(start)
	}
}

// clearRun clears the bits from `start` up to but excluding `end`.
func (b Bits) clearRun(start, end int) {
	for ; start < end; start++ {
		b[start>>6] &^= 1 << (start & 63)
	}
}

func (b Bits) and(other Bits) {
	for i := range b {
		b[i] &= other[i]
	}
}

func (b Bits) or(other Bits) {
	for i := range b {
		b[i] |= other[i]
	}
}

// count returns the number of blobs in the set.
func (b Bits) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// Empty reports whether no blob is in the set.
func (b Bits) Empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}
