package index

// A trigram is three consecutive bytes of a text (see match.Decode), as a number of 24 bits. Upper
// case ASCII letters count as lower case. Trigrams with a line feed are omitted, because patterns
// rarely cross line ends.

const trigrams = 1 << 24

// folded maps bytes to lower case.
var folded = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			table[i] += 'a' - 'A'
		}
	}
	return table
}()

// A trigramSet finds the distinct trigrams of contents.
type trigramSet struct {
	seen  []uint64 // one bit per trigram
	found []uint32
}

func newTrigramSet() *trigramSet {
	s := &trigramSet{seen: make([]uint64, trigrams/64)}
	// Trigrams with a line feed are marked as seen from the start.
	for a := range uint32(256) {
		for b := range uint32(256) {
			for _, t := range []uint32{'\n'<<16 | a<<8 | b, a<<16 | '\n'<<8 | b, a<<16 | b<<8 | '\n'} {
				s.seen[t>>6] |= 1 << (t & 63)
			}
		}
	}
	return s
}

// of returns the distinct trigrams of a file, in no particular order. The result is valid until the
// next call.
func (s *trigramSet) of(content []byte) []uint32 {
	for _, t := range s.found {
		s.seen[t>>6] &^= 1 << (t & 63)
	}
	s.found = s.found[:0]
	if len(content) < 3 {
		return nil
	}
	seen, found := s.seen, s.found
	t := uint32(folded[content[0]])<<8 | uint32(folded[content[1]])
	for _, c := range content[2:] {
		t = (t<<8 | uint32(folded[c])) & (trigrams - 1)
		if bit := uint64(1) << (t & 63); seen[t>>6]&bit == 0 {
			seen[t>>6] |= bit
			found = append(found, t)
		}
	}
	s.found = found
	return found
}
