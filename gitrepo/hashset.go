package gitrepo

import "hash/maphash"

// HashSet numbers distinct hashes in the order in which they come: a table of numbers beside the list, a third of what a map takes.
// Not safe for concurrent use.
type HashSet struct {
	All   []Hash // by number
	slots []int32
	seed  maphash.Seed
}

// Number returns the number of a hash, which it adds when it is new.
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

// Freeze gives back what only Number needs; the next call of it costs what all hashes cost.
func (s *HashSet) Freeze() { s.slots = nil }

func (s *HashSet) slot(hash *Hash) int {
	return int(maphash.Bytes(s.seed, hash[:]) % uint64(len(s.slots)))
}

func (s *HashSet) grow() {
	if s.slots == nil {
		s.seed = maphash.MakeSeed() // nobody can choose ids that meet in one place
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
