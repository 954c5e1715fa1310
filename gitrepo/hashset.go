package gitrepo

import "hash/maphash"

// HashSet numbers distinct hashes from 0 on, in the order in which they are added. It takes a third
// of the memory of a map, because its table holds indices into All. Not safe for concurrent use.
// The zero value is an empty set.
type HashSet struct {
	All   []Hash // by number
	slots []int32
	seed  maphash.Seed
}

// Number returns the number of a hash, and adds the hash if it is new. `known` reports whether the
// set already held the hash.
func (s *HashSet) Number(hash Hash) (n int32, known bool) {
	if 4*len(s.All) >= 3*len(s.slots) {
		s.grow()
	}
	at := s.slot(&hash)
	for ; s.slots[at] != 0; at = (at + 1) % len(s.slots) {
		if n = s.slots[at] - 1; s.All[n] == hash {
			return n, true
		}
	}
	s.All = append(s.All, hash)
	s.slots[at] = int32(len(s.All))
	return int32(len(s.All)) - 1, false
}

// Freeze releases the table that only Number needs. The next call of Number builds the table again.
func (s *HashSet) Freeze() { s.slots = nil }

func (s *HashSet) slot(hash *Hash) int {
	return int(maphash.Bytes(s.seed, hash[:]) % uint64(len(s.slots)))
}

func (s *HashSet) grow() {
	if s.slots == nil {
		s.seed = maphash.MakeSeed() // random, so that nobody can craft ids that collide
	}
	s.slots = make([]int32, max(64, 2*len(s.All)))
	for i := range s.All {
		at := s.slot(&s.All[i])
		for s.slots[at] != 0 {
			at = (at + 1) % len(s.slots)
		}
		s.slots[at] = int32(i) + 1
	}
}
