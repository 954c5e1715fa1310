package index

// A trigram is three bytes of a content in a row, upper case ASCII letters as lower case ones, as a number of 24 bits.
// Those with a line feed in them are left out: patterns seldom reach over the ends of lines.

const trigrams = 1 << 24

// folded maps bytes to their lower case.
var folded = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			table[i] += 'a' - 'A'
		}
	}
	return table
}()

// trigramSet finds the distinct trigrams of contents.
type trigramSet struct {
	seen  []uint64 // a bit for each trigram
	found []uint32
}

func newTrigramSet() *trigramSet {
	s := &trigramSet{seen: make([]uint64, trigrams/64)}
	// A trigram with a line feed counts as seen from the start.
	for a := range uint32(256) {
		for b := range uint32(256) {
			for _, t := range []uint32{'\n'<<16 | a<<8 | b, a<<16 | '\n'<<8 | b, a<<16 | b<<8 | '\n'} {
				s.seen[t>>6] |= 1 << (t & 63)
			}
		}
	}
	return s
}

// of returns the distinct trigrams of a content, in no order, valid until the next call.
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
