package index

import (
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/backsight/backsight/search/match"
)

// maxSpellings limits the spellings of a window that are looked up. A window is three adjacent
// characters of a text, and a spelling is one choice of their cases. Windows with more spellings
// are skipped. Trigrams ignore ASCII case, so an ASCII letter has one spelling; only k and s have a
// second one, which is not ASCII. So three ASCII letters have at most eight.
const maxSpellings = 16

// Candidates returns the blobs that can meet a requirement. `all` is true if every blob can; then
// `set` is nil. Blobs of more than maxSize bytes are always candidates, because a search may have
// to report them as faults. ok is false if maxSize is below largeSize. Then the index cannot be
// used, because it does not have the sizes of smaller blobs. Candidates returns ErrDamaged if the
// file is damaged.
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
	// The order matters: a binary blob that is too large is a candidate.
	if !eachRun(k.binary, k.blobs, set.clearRun) || !eachRun(k.always, k.blobs, set.setRun) ||
		!k.eachLarge(maxSize, func(b largeBlob) { set.set(int(b.blob)) }) {
		return nil, false, false, errKinds
	}
	return set, false, true, nil
}

// meets returns the indexed blobs that can meet a requirement, or nil for all.
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
		return x.meetsAny(r.Parts)
	}
	return nil, nil
}

// A long alternation rules out few blobs, and each of its parts costs look-ups. After every
// partsPerEstimate parts, meetsAny estimates the share of blobs that can meet at least one part. If
// the estimate is above mostShare, reading the remaining postings costs more than it saves.
const (
	partsPerEstimate = 8
	mostShare        = 0.8
)

// meetsAny returns the indexed blobs that can meet one of several requirements, or nil for all.
func (x *Index) meetsAny(parts []match.Requirement) (Bits, error) {
	set := newBits(x.header.blobs)
	for i, p := range parts {
		if done := float64(i); i > 0 && i%partsPerEstimate == 0 {
			missing := 1 - float64(set.count())/float64(x.header.blobs)
			if 1-math.Pow(missing, float64(len(parts))/done) > mostShare {
				return nil, nil
			}
		}
		part, err := x.meets(p)
		if part == nil || err != nil {
			return nil, err
		}
		set.or(part)
	}
	return set, nil
}

// holds returns the blobs that can contain a text: those that contain each of its trigrams. nil
// stands for all blobs.
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

// windows returns sets of trigrams. A file that contains the text contains at least one trigram of
// each set.
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
	// Each window has three characters, or fewer if the text has fewer. Each spelling of a window
	// starts with a trigram.
	var cases [][]string
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		cases = append(cases, casesOf(r, rest[:size]))
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

// casesOf returns the cases of a character as bytes. Cases that are equal when ASCII case is
// ignored are returned once.
func casesOf(r rune, bytes string) []string {
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

// trigramsOf returns the trigrams that the spellings of a window (see maxSpellings) start with.
// `cases` has the cases of each of its characters. ok is false if the window has too many
// spellings, or if one of them does not start with a trigram.
func trigramsOf(cases [][]string) (set []uint32, ok bool) {
	texts := []string{""}
	for _, c := range cases {
		var longer []string
		for _, t := range texts {
			for _, one := range c {
				longer = append(longer, t+one)
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

// trigramOf returns the trigram that a text starts with. It returns false if the text is too short
// or the trigram contains a line feed.
func trigramOf(text string) (uint32, bool) {
	if len(text) < 3 || text[0] == '\n' || text[1] == '\n' || text[2] == '\n' {
		return 0, false
	}
	return uint32(folded[text[0]])<<16 | uint32(folded[text[1]])<<8 | uint32(folded[text[2]]), true
}
