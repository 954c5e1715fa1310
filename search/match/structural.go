package match

import (
	"bytes"
	"regexp"
	"slices"
	"sync/atomic"

	"github.com/backsight/backsight/search/query/template"
)

// structural finds the matches of a template. Its work is linear in the size of the content: one
// pass finds the marks, which are the strings, comments and groups (template.Scan); a hole or a
// white space of the template passes each position of the content at most once
// (structural_memo.go); and the regular expression of a hole reads at most holeWindow bytes.
type structural struct {
	steps []step
	// required has texts that every match contains, the rarest first.
	required []*literal
	// names says that some holes must match equal text.
	names bool
}

type stepKind int

const (
	stepText stepKind = iota
	stepSpace
	stepGroup
	stepQuoted
	stepHole
)

// A step is an element of a template, prepared for matching.
type step struct {
	kind stepKind
	id   int // unique among the steps of the template; see memoKey

	text  []byte // for stepText; for stepGroup and stepQuoted, the opening delimiter
	risky bool   // the text contains bytes that can start a mark
	inner []step // for stepGroup and stepQuoted
	hole  *template.Hole
	re    *regexp.Regexp // for a hole with a regular expression
}

// holeWindow limits how many bytes of the content a hole's regular expression reads, and with it
// the work at each position.
const holeWindow = 250

func newStructural(text string) (*structural, error) {
	t, bad := template.Parse(text)
	if bad != nil {
		return nil, bad
	}
	f := &structural{}
	c := stepCompiler{seen: map[string]bool{}}
	var err error
	if f.steps, err = c.compile(t.Elements, true); err != nil {
		return nil, err
	}
	f.names = c.names
	c.cut()
	for _, text := range c.required {
		f.required = append(f.required, newLiteral(text, false))
	}
	slices.SortStableFunc(f.required, func(a, b *literal) int {
		return int(textRarity(b.text, false) - textRarity(a.text, false))
	})
	return f, nil
}

// A stepCompiler compiles elements, and collects the sequences of bytes that are in every match.
type stepCompiler struct {
	ids      int
	seen     map[string]bool // the names of holes
	names    bool
	run      []byte
	required []string
}

func (c *stepCompiler) cut() {
	if len(c.run) > 0 && !slices.Contains(c.required, string(c.run)) {
		c.required = append(c.required, string(c.run))
	}
	c.run = nil
}

func (c *stepCompiler) compile(elements []template.Element, code bool) ([]step, error) {
	var steps []step
	for _, e := range elements {
		s := step{id: c.ids}
		c.ids++
		var err error
		switch e := e.(type) {
		case template.Text:
			s.kind, s.text = stepText, []byte(e)
			s.risky = code && bytes.ContainsFunc(s.text, func(r rune) bool { return r < 0x80 && template.Special[r] })
			c.run = append(c.run, s.text...)
		case template.Space:
			s.kind = stepSpace
			c.cut()
		case *template.Group:
			s.kind, s.text = stepGroup, []byte{e.Open}
			c.run = append(c.run, e.Open)
			s.inner, err = c.compile(e.Elements, code)
			c.run = append(c.run, e.Close)
		case *template.Quoted:
			s.kind, s.text = stepQuoted, []byte(e.Mark)
			c.run = append(c.run, e.Mark...)
			s.inner, err = c.compile(e.Elements, false)
			c.run = append(c.run, e.Mark...)
		case *template.Hole:
			s.kind, s.hole = stepHole, e
			c.cut()
			c.names = c.names || e.Name != template.Unnamed && c.seen[e.Name]
			c.seen[e.Name] = true
			if e.Kind == template.Regexp {
				s.re, err = regexp.Compile(`\A(?:` + e.Regexp + ")")
			}
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func (f *structural) has(content []byte, stop *atomic.Bool) bool {
	found := false
	f.each(content, stop, func(span) bool {
		found = true
		return false
	})
	return found
}

func (f *structural) count(content []byte, stop *atomic.Bool) int64 {
	n := int64(0)
	f.each(content, stop, func(span) bool {
		n++
		return true
	})
	return n
}

func (f *structural) ranges(content []byte, to []span, stop *atomic.Bool) []span {
	f.each(content, stop, func(s span) bool {
		to = append(to, s)
		return true
	})
	return to
}

// each calls yield with the matches, from left to right, until yield returns false. It returns how
// often a step visited a position.
func (f *structural) each(content []byte, stop *atomic.Bool, yield func(span) bool) (visits int) {
	for _, l := range f.required {
		if !(oneLiteral{l}).has(content, nil) {
			return 0
		}
	}
	r := &structuralRun{content: content, marks: template.Scan(content), memo: map[memoKey][]known{}}
	at := cursor{marks: r.marks, end: len(content)}
	for from := 0; from < len(content); {
		start := f.candidate(content, from)
		if start == len(content) || stop != nil && stop.Load() {
			return r.visits
		}
		lv, inside := at.levelOf(start)
		if inside > 0 {
			from = inside
			continue
		}
		end := r.match(f.steps, start, lv)
		if end <= start || f.names && !r.namesAgree(f.steps, start, lv) {
			from = start + 1
			continue
		}
		if !yield(span{start, end}) {
			return r.visits
		}
		from = end
	}
	return r.visits
}

// candidate returns the first position p >= from at which a match can start, or the length of
// content.
func (f *structural) candidate(content []byte, from int) int {
	first := &f.steps[0]
	if len(first.text) == 0 {
		return from
	}
	if i := bytes.Index(content[from:], first.text); i >= 0 {
		return from + i
	}
	return len(content)
}

// A level is a text in which delimiters balance: a whole file, the inside of a pair of
// delimiters, or the inside of a string.
type level struct {
	id     int  // index of its mark; -1 for the file
	end    int  // exclusive
	closed bool // the steps must match up to its end
	text   bool // a string, which contains no marks
}

// A cursor finds the levels of ascending positions.
type cursor struct {
	marks []template.Mark
	next  int   // the first mark that starts at or after the last position
	open  []int // the pairs around the last position
	end   int   // the length of the content
}

// levelOf returns the level of a position. A position inside a string or a comment has no level;
// then inside is where the string or comment ends.
func (c *cursor) levelOf(at int) (lv level, inside int) {
	for c.next < len(c.marks) && c.marks[c.next].Start < at {
		m := c.marks[c.next]
		switch {
		case m.Kind == template.Pair && m.End > at:
			c.open = append(c.open, c.next)
		case m.End > at:
			return level{}, m.End
		}
		c.next++
	}
	for len(c.open) > 0 && c.marks[c.open[len(c.open)-1]].End <= at {
		c.open = c.open[:len(c.open)-1]
	}
	if len(c.open) == 0 {
		return level{id: -1, end: c.end}, 0
	}
	id := c.open[len(c.open)-1]
	return level{id: id, end: c.marks[id].End - 1}, 0
}
