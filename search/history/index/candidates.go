package index

import (
	"unicode"
	"unicode/utf8"

	"github.com/backsight/backsight/search/match"
)

// maxSpellings bounds in how many cases three characters are looked up; a window with more is passed over. Three ASCII
// letters have at most eight, as k and s have a case outside of ASCII.
const maxSpellings = 16

// Candidates returns the blobs that can meet a requirement, or all true when every blob can. Blobs of more than maxSize
// bytes are candidates always, as their size is what a search has to say about them; ok is false when maxSize is below
// what the index keeps sizes of, so that it cannot be used. The error is ErrDamaged.
func (x *Index) Candidates(r match.Requirement, maxSize int64) (set Bits, all, ok bool, err error) {
	if maxSize < largeSize {
		return nil, false, false, nil
	}
	set, err = x.meets(r)
	if err != nil {
		return nil, false, false, err
	}
	if set == nil {
		return nil, true, true, nil
	}
	k, err := x.kinds()
	if err != nil {
		return nil, false, false, err
	}
	// In this order: a binary blob that is too large is a candidate.
	if !eachRun(k.binary, k.blobs, set.clearRun) || !eachRun(k.always, k.blobs, set.setRun) ||
		!k.eachLarge(maxSize, func(b largeBlob) { set.set(int(b.blob)) }) {
		return nil, false, false, errKinds
	}
	return set, false, true, nil
}

// meets returns the indexed blobs that can meet a requirement, nil for all.
func (x *Index) meets(r match.Requirement) (Bits, error) {
	switch r.Kind {
	case match.RequireText:
		return x.holds(r.Text, r.Fold)
	case match.RequireAll:
		var set Bits
		for _, p := range r.Parts {
			part, err := x.meets(p)
			if err != nil {
				return nil, err
			}
			switch {
			case part == nil:
			case set == nil:
				set = part
			default:
				set.and(part)
			}
		}
		return set, nil
	case match.RequireAny:
		set := newBits(x.header.blobs)
		for _, p := range r.Parts {
			part, err := x.meets(p)
			if part == nil || err != nil {
				return nil, err
			}
			set.or(part)
		}
		return set, nil
	}
	return nil, nil
}

// holds returns the blobs that can hold a text, nil for all: those that hold each of its trigrams.
func (x *Index) holds(text string, fold bool) (set Bits, err error) {
	for _, any := range windows(text, fold) {
		part := newBits(x.header.blobs)
		for i := range x.layers {
			for _, t := range any {
				if err := x.layers[i].mark(t, part); err != nil {
					return nil, err
				}
			}
		}
		if set == nil {
			set = part
		} else {
			set.and(part)
		}
		if set.Empty() {
			break
		}
	}
	return set, nil
}

// windows returns sets of trigrams: a content with the text holds one of each set.
func windows(text string, fold bool) (sets [][]uint32) {
	seen := map[uint32]bool{}
	if !fold {
		for i := range max(0, len(text)-2) {
			if t, ok := trigramOf(text[i:]); ok && !seen[t] {
				seen[t] = true
				sets = append(sets, []uint32{t})
			}
		}
		return sets
	}
	// Three characters at a time, or two or one when the text has no more: each of their spellings begins with a trigram.
	var cases [][]string
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		cases = append(cases, spellings(r, rest[:size]))
		rest = rest[size:]
	}
	for i := range max(1, len(cases)-2) {
		if set, ok := trigramsOf(cases[i:min(i+3, len(cases))]); ok && (len(set) > 1 || !seen[set[0]]) {
			if len(set) == 1 {
				seen[set[0]] = true
			}
			sets = append(sets, set)
		}
	}
	return sets
}

// spellings returns the cases of a character as bytes, those that are the same when ASCII is folded once.
func spellings(r rune, bytes string) []string {
	if r == utf8.RuneError {
		return []string{bytes}
	}
	var all []string
	lower := false
	for o := r; ; {
		switch {
		case o >= utf8.RuneSelf:
			all = append(all, string(o))
		case !lower:
			lower = true
			all = append(all, string(rune(folded[o])))
		}
		if o = unicode.SimpleFold(o); o == r {
			return all
		}
	}
}

// trigramsOf returns the trigrams that the spellings of some characters in a row begin with. ok is false when there are
// too many, or one of them has none.
func trigramsOf(cases [][]string) (set []uint32, ok bool) {
	texts := []string{""}
	for _, c := range cases {
		var longer []string
		for _, t := range texts {
			for _, spelling := range c {
				longer = append(longer, t+spelling)
			}
		}
		if texts = longer; len(texts) > maxSpellings {
			return nil, false
		}
	}
	known := map[uint32]bool{}
	for _, text := range texts {
		t, ok := trigramOf(text)
		if !ok {
			return nil, false
		}
		if !known[t] {
			known[t] = true
			set = append(set, t)
		}
	}
	return set, true
}

// trigramOf returns the trigram that a text begins with, unless it is too short or has a line feed in it.
func trigramOf(text string) (uint32, bool) {
	if len(text) < 3 || text[0] == '\n' || text[1] == '\n' || text[2] == '\n' {
		return 0, false
	}
	return uint32(folded[text[0]])<<16 | uint32(folded[text[1]])<<8 | uint32(folded[text[2]]), true
}
