package match

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// A literal is a text to search for, either as bytes or without regard to case. Case is ignored as
// in Go's (?i), with Unicode simple folding. The text is never empty.
type literal struct {
	text string
	fold bool

	bytes []byte // text
	// The fields below are set only if fold is set.
	lower   []byte    // text in lower case, if it is ASCII
	anchor  int       // position of its rarest byte
	second  int       // position of its second rarest byte
	lo, hi  byte      // both cases of the rarest byte; equal if it is not a letter
	orbits  [][]rune  // for each rune of text, all runes that fold to it
	leads   [256]bool // the bytes with which an occurrence can start
	special bool      // text contains k or s, to which non-ASCII runes fold, too
}

func newLiteral(text string, fold bool) *literal {
	l := &literal{text: text, bytes: []byte(text), fold: fold && foldMatters(text)}
	if !l.fold {
		return l
	}
	ascii := true
	for _, r := range text {
		l.orbits = append(l.orbits, orbit(r))
		ascii = ascii && r < utf8.RuneSelf
	}
	for _, r := range l.orbits[0] {
		l.leads[utf8.AppendRune(nil, r)[0]] = true
	}
	if ascii {
		l.anchorAt(text)
	}
	return l
}

// anchorAt prepares the fast path for ASCII text.
func (l *literal) anchorAt(text string) {
	l.lower = bytes.ToLower([]byte(text))
	for i, b := range l.lower {
		l.special = l.special || b == 'k' || b == 's'
		if foldedRarity(b) > foldedRarity(l.lower[l.anchor]) {
			l.anchor = i
		}
	}
	for i, b := range l.lower {
		if l.second == l.anchor || i != l.anchor && foldedRarity(b) > foldedRarity(l.lower[l.second]) {
			l.second = i
		}
	}
	l.lo = l.lower[l.anchor]
	l.hi = l.lo
	if isLetter(l.lo) {
		l.hi = l.lo - 0x20
	}
}

// foldMatters reports whether any rune of text has another case.
func foldMatters(text string) bool {
	for _, r := range text {
		if unicode.SimpleFold(r) != r {
			return true
		}
	}
	return false
}

// orbit returns r and every rune that folds to it.
func orbit(r rune) []rune {
	runes := []rune{r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		runes = append(runes, f)
	}
	return runes
}

// A scanner finds a literal's occurrences in one file, from left to right.
type scanner struct {
	*literal
	content []byte
	slow    bool // the fast path would miss non-ASCII runes
	lo, hi  int  // next positions of both cases of the rarest byte; len(content) if there is none
}

func (l *literal) scan(content []byte) scanner {
	s := scanner{literal: l, content: content, lo: -1, hi: -1}
	if l.fold {
		s.slow = l.lower == nil || l.special && hasSpecial(content)
	}
	return s
}

// hasSpecial reports whether content contains one of the two non-ASCII runes that fold to ASCII:
// the Kelvin sign and the long s.
func hasSpecial(content []byte) bool {
	return bytes.Contains(content, []byte("\u212a")) || bytes.Contains(content, []byte("\u017f"))
}

// next returns the first occurrence with start >= from. If there is none, start is len(content).
// The argument `from` must not decrease between calls.
func (s *scanner) next(from int) (start, end int) {
	switch {
	case !s.fold:
		if i := bytes.Index(s.content[from:], s.bytes); i >= 0 {
			return from + i, from + i + len(s.bytes)
		}
		return len(s.content), len(s.content)
	case s.slow:
		return s.nextByRune(from)
	default:
		return s.nextByAnchor(from)
	}
}

// nextByAnchor visits the occurrences of the rarest byte, and compares the text around them.
func (s *scanner) nextByAnchor(from int) (start, end int) {
	n, last := len(s.lower), len(s.content)-len(s.lower)+s.anchor
	second := s.lower[s.second]
	for at := from + s.anchor; at <= last; at++ {
		if s.lo < at {
			s.lo = indexFrom(s.content, s.literal.lo, at)
		}
		if s.hi < at {
			if s.hi = len(s.content); s.literal.hi != s.literal.lo {
				s.hi = indexFrom(s.content, s.literal.hi, at)
			}
		}
		if at = min(s.lo, s.hi); at > last {
			break
		}
		start := at - s.anchor
		if toLower[s.content[start+s.second]] == second && equalFold(s.content[start:start+n], s.lower) {
			return start, start + n
		}
	}
	return len(s.content), len(s.content)
}

func indexFrom(content []byte, b byte, from int) int {
	if i := bytes.IndexByte(content[from:], b); i >= 0 {
		return from + i
	}
	return len(content)
}

func equalFold(content, lower []byte) bool {
	for i, b := range lower {
		if toLower[content[i]] != b {
			return false
		}
	}
	return true
}

// toLower maps ASCII letters to lower case, and other bytes to themselves.
var toLower = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			table[i] += 'a' - 'A'
		}
	}
	return table
}()

// nextByRune compares rune by rune, from each place where the text's first rune can start.
func (s *scanner) nextByRune(from int) (start, end int) {
	for i := from; i < len(s.content); i++ {
		if s.leads[s.content[i]] {
			if end := s.runesAt(i); end > 0 {
				return i, end
			}
		}
	}
	return len(s.content), len(s.content)
}

// runesAt returns the end of the occurrence that starts at a position, or 0 if none starts there.
func (s *scanner) runesAt(at int) int {
next:
	for _, orbit := range s.orbits {
		r, size := rune(0), 1
		if at < len(s.content) {
			r = rune(s.content[at])
		} else {
			return 0
		}
		if r >= utf8.RuneSelf {
			if r, size = utf8.DecodeRune(s.content[at:]); r == utf8.RuneError && size == 1 {
				return 0 // an invalid byte equals no rune
			}
		}
		for _, o := range orbit {
			if o == r {
				at += size
				continue next
			}
		}
		return 0
	}
	return at
}
