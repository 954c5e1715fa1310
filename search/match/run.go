package match

import (
	"bytes"
	"math"
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// A byteSet is the set of bytes that can be at one position of a match.
type byteSet [256]bool

// A run describes adjacent bytes that every match contains. For each of them, it has the set of
// possible bytes: for \d+\.\d+ a digit, a period and a digit. An engine searches only the lines
// that contain the run, if no rare text is known that every match contains.
type run struct {
	sets   []byteSet
	anchor int    // the position with the rarest bytes
	only   []byte // the bytes that can be at that position
}

// maxRun limits the length of a run, in bytes.
const maxRun = 16

// strength estimates how rarely the run occurs, in eighths of a bit (see rarity).
func (r *run) strength() float64 {
	sum := 0.0
	for i := range r.sets {
		sum += r.sets[i].strength()
	}
	return sum
}

func (s *byteSet) strength() float64 {
	all := 0.0
	for b, in := range s {
		if in {
			all += share(byte(b))
		}
	}
	if all == 0 {
		return 0
	}
	return max(0, -8*math.Log2(all))
}

// index returns the first position p >= from at which the run occurs, or len(content).
func (r *run) index(content []byte, from int) int {
	set := &r.sets[r.anchor]
	last := len(content) - len(r.sets) + r.anchor
search:
	for at := from + r.anchor; at <= last; at++ {
		switch len(r.only) {
		case 1:
			at = indexFrom(content, r.only[0], at)
		default:
			for at <= last && !set[content[at]] {
				at++
			}
		}
		if at > last {
			break
		}
		start := at - r.anchor
		for i := range r.sets {
			if !r.sets[i][content[start+i]] {
				continue search
			}
		}
		return start
	}
	return len(content)
}

// lineWith returns the first line that contains the run. `from` must be the start of a line.
func (r *run) lineWith(content []byte, from int) (start, end int, ok bool) {
	at := r.index(content, from)
	if at == len(content) {
		return 0, 0, false
	}
	return from + bytes.LastIndexByte(content[from:at], '\n') + 1, lineEnd(content, at), true
}

// runOf returns the strongest run of a regular expression whose matches stay within a line, or nil
// if none is strong enough.
func runOf(re *syntax.Regexp) *run {
	var c runs
	c.add(re)
	c.cut()
	if c.best == nil || c.best.strength() < minStrength {
		return nil
	}
	for i := range c.best.sets {
		if c.best.sets[i].strength() > c.best.sets[c.best.anchor].strength() {
			c.best.anchor = i
		}
	}
	for b, in := range c.best.sets[c.best.anchor] {
		if in {
			c.best.only = append(c.best.only, byte(b))
		}
	}
	return c.best
}

// runs collects the runs of an expression from left to right, and keeps the one with the highest
// strength in best. now is the run that is being collected.
type runs struct {
	now  []byteSet
	best *run
}

// cut ends the current run, and keeps it if it is the strongest one so far.
func (c *runs) cut() {
	if r := (&run{sets: c.now}); len(c.now) > 0 && (c.best == nil || r.strength() > c.best.strength()) {
		c.best = r
	}
	c.now = nil
}

func (c *runs) one(s byteSet) {
	if len(c.now) == maxRun {
		c.cut()
	}
	c.now = append(c.now[:len(c.now):len(c.now)], s)
}

func (c *runs) add(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
	case syntax.OpCapture:
		c.add(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			c.add(sub)
		}
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			pairs := []rune{r, r}
			if re.Flags&syntax.FoldCase != 0 {
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					pairs = append(pairs, f, f)
				}
			}
			c.class(pairs)
		}
	case syntax.OpCharClass:
		c.class(re.Rune)
	case syntax.OpPlus:
		c.times(re.Sub[0], 1, -1)
	case syntax.OpRepeat:
		if re.Min == 0 {
			c.cut()
			return
		}
		c.times(re.Sub[0], re.Min, re.Max)
	default:
		c.cut()
	}
}

// times adds an expression that is repeated at least `least` and at most `most` times; -1 as `most`
// means no upper limit. If the number varies, what precedes the expression is adjacent only to the
// first repetitions, and what follows it is adjacent only to the last ones. So times adds the first
// repetitions, cuts the run, and adds the last repetitions. It also cuts the run if `least` is
// above maxRun. An expression that is neither a literal nor a class is added once, followed by a
// cut.
func (c *runs) times(re *syntax.Regexp, least, most int) {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	if re.Op != syntax.OpLiteral && re.Op != syntax.OpCharClass {
		// Add re only once: adding it twice would take 2^n calls for n nested repetitions.
		c.add(re)
		c.cut()
		return
	}
	for range min(least, maxRun) {
		c.add(re)
	}
	if most != least || least > maxRun {
		c.cut()
		for range min(least, maxRun) {
			c.add(re)
		}
	}
}

// class adds a rune of a class. A non-ASCII rune, or a byte that is not UTF-8, starts and ends with
// a byte above 0x7f, and may have more bytes in between.
func (c *runs) class(pairs []rune) {
	var s byteSet
	long := false
	for i := 0; i < len(pairs); i += 2 {
		for r := pairs[i]; r <= min(pairs[i+1], utf8.RuneSelf-1); r++ {
			s[r] = true
		}
		long = long || pairs[i+1] >= utf8.RuneSelf
	}
	if !long {
		c.one(s)
		return
	}
	for b := utf8.RuneSelf; b < len(s); b++ {
		s[b] = true
	}
	c.one(s)
	c.cut()
	c.one(s)
}
