package match

import (
	"bytes"
	"strings"
	"sync/atomic"
)

// A Stream matches a file that is too large to be in memory. Callers add the text of the file, as
// Decode returns it, in parts. Each part except the last must end at a line end, and the first part
// must have at least 64 KiB unless it is the whole text. A Stream must be used by one goroutine.
type Stream struct {
	file  file
	size  int64
	yield func(value []byte, n int64)

	started  bool
	patterns []*presence // by id
	counted  []*pattern  // the patterns whose matches are counted
	counts   []int64     // by set of counted patterns (a bit each): the sums of countApart
	spans    [][]span    // by counted pattern: the ranges in the current part
	lines    int64
}

// maxStreamed is the most patterns whose matches a Stream counts, because it keeps a count for each
// subset of the patterns.
const maxStreamed = 4

// Stream starts to match the file at `path`, which has `size` bytes. Want must return Content for
// the path, and the file must not be binary. If ByValue, Add and Finish call yield with the values
// that count; callers must drop them if Finish returns a reason. If not ByValue, yield is not
// called, and may be nil.
func (m *Matcher) Stream(path string, size int64, yield func(value []byte, n int64)) *Stream {
	s := &Stream{file: file{m: m, path: path}, size: size, yield: yield, patterns: make([]*presence, m.patterns)}
	if m.expr != nil {
		s.prepare(m.expr)
	}
	if len(s.counted) <= maxStreamed {
		s.counts, s.spans = make([]int64, 1<<len(s.counted)), make([][]span, len(s.counted))
	}
	return s
}

func (s *Stream) prepare(n *node) {
	for _, k := range n.kids {
		s.prepare(k)
	}
	if n.op != isPattern {
		return
	}
	p := n.pattern
	if s.patterns[p.id] == nil {
		s.patterns[p.id] = newPresence(p.finder, p.form, p.inLine, p.required)
	}
	if n.negated || s.file.m.whole {
		return
	}
	for _, known := range s.counted {
		if known == p {
			return
		}
	}
	s.counted = append(s.counted, p)
}

// Add matches the next part, which it does not retain.
func (s *Stream) Add(part []byte) {
	m := s.file.m
	later := s.started
	if !later {
		s.started = true
		s.file.text = bytes.Clone(part[:min(len(part), maxDetect)]) // filters read no more
	}
	switch {
	case m.languages != nil:
		s.lines += countLines(part, later)
		return
	case m.onPaths:
		return
	}
	f := &file{m: m, path: s.file.path, content: part, text: s.file.text, later: later}
	for _, p := range s.patterns {
		p.add(part, later, m.stop)
	}
	switch {
	case m.byValue:
		s.values(f)
	case len(s.counted) == 1 && s.counted[0].inLine:
		s.counts[1] += s.counted[0].finder.count(f.see(s.counted[0]), m.stop)
	case len(s.counted) > 1 && s.counts != nil:
		s.count(f)
	}
}

// values yields the values in a part, if no condition besides filters and the pattern itself
// decides whether they count.
func (s *Stream) values(part *file) {
	only := s.file.m.expr.counted
	if only == nil || !only.inLine || !part.filtersHold(part.m.expr) {
		return
	}
	s.counts[1] += part.eachValue([]*pattern{only}, s.yield)
}

// count counts the ranges in a part for each set of patterns.
func (s *Stream) count(part *file) {
	for i, p := range s.counted {
		if s.spans[i] = s.spans[i][:0]; p.inLine {
			s.spans[i] = p.finder.ranges(part.see(p), s.spans[i], part.m.stop)
			form := p.form.at(part.later)
			form.origin(part.content, s.spans[i])
		}
	}
	for set := 1; set < len(s.counts); set++ {
		var all []span
		for i := range s.counted {
			if set>>i&1 != 0 {
				all = append(all, s.spans[i]...)
			}
		}
		s.counts[set] += countApart(all)
	}
}

// Finish returns the count of the file, after all parts. If the count cannot be known without
// having the whole file in memory, reason says why; otherwise it is "".
func (s *Stream) Finish() (n int64, reason string) {
	m, f := s.file.m, &s.file
	if m.onPaths {
		return m.Match(f.path, f.text).N, ""
	}
	f.found = make([]tri, m.patterns)
	unsure := false
	for id, p := range s.patterns {
		f.found[id] = p.result()
		unsure = unsure || f.found[id] == unknown
	}
	t := f.decide(m.expr)
	switch {
	case t == no:
		return 0, ""
	case m.whole && t == yes:
		return 1, ""
	case unsure:
		return 0, AcrossLines
	}
	if m.languages != nil {
		return m.languages.tell(f, s.lines, s.size, s.yield), ""
	}
	active := f.active(m.expr, nil)
	switch {
	case m.byValue && len(active) > 0 && m.expr.counted == nil:
		return 0, "counting values needs the whole file at once, unless the query is one pattern, alone or ANDed with filters"
	case s.counts == nil:
		return 0, "more than four patterns are counted, which needs the whole file at once"
	}
	if len(active) == 0 {
		if m.byValue {
			return 0, ""
		}
		return 1, ""
	}
	set := 0
	for _, p := range active {
		for i, c := range s.counted {
			if c == p {
				set |= 1 << i
			}
		}
	}
	return s.counts[set], ""
}

// AcrossLines is a reason why a file cannot be matched in parts.
const AcrossLines = "a match of a pattern can depend on more than one line, so the pattern needs the whole file at once"

// decide evaluates a condition on a file, of which f.found says which patterns are present.
func (f *file) decide(n *node) tri {
	return n.evaluate(func(n *node) tri {
		if n.op == isPattern {
			return n.signed(f.found[n.pattern.id])
		}
		return triOf(f.holds(n))
	})
}

// A presence finds out whether a pattern has a match in a file that arrives in parts.
type presence struct {
	finder finder
	form   form
	inLine bool // matches do not cross the ends of parts
	found  bool
	// If not inLine, texts has the texts of required, in order, and whether the file contains each.
	// If required does not hold, the pattern has no match; otherwise it is unknown whether it has
	// one.
	required Requirement
	texts    []*requiredText
}

type requiredText struct {
	literal oneLiteral
	found   bool
}

func newPresence(f finder, form form, inLine bool, required Requirement) *presence {
	p := &presence{finder: f, form: form, inLine: inLine, required: required}
	if !inLine {
		p.list(required)
	}
	return p
}

func (p *presence) list(r Requirement) {
	if r.Kind == RequireText {
		// A text that contains a line end may cross the end of a part, so it is taken as found.
		p.texts = append(p.texts, &requiredText{oneLiteral{newLiteral(r.Text, r.Fold)}, strings.Contains(r.Text, "\n")})
	}
	for _, part := range r.Parts {
		p.list(part)
	}
}

func (p *presence) add(part []byte, later bool, stop *atomic.Bool) {
	if p.inLine {
		form := p.form.at(later)
		p.found = p.found || p.finder.has(form.see(part, nil), stop)
		return
	}
	for _, t := range p.texts {
		t.found = t.found || t.literal.has(part, nil)
	}
}

func (p *presence) result() tri {
	if p.inLine {
		return triOf(p.found)
	}
	texts := p.texts
	if !p.required.met(func() (found bool) {
		found, texts = texts[0].found, texts[1:]
		return found
	}) {
		return no
	}
	return unknown
}

// met evaluates a requirement. It calls next for each of the texts, in order; next returns whether
// the file contains the text.
func (r Requirement) met(next func() bool) bool {
	switch r.Kind {
	case RequireText:
		return next()
	case RequireAll, RequireAny:
		met := r.Kind == RequireAll
		for _, part := range r.Parts {
			if is := part.met(next); r.Kind == RequireAll {
				met = met && is
			} else {
				met = met || is
			}
		}
		return met
	}
	return true
}

// A PredicateStream evaluates a predicate for a file whose text arrives in parts, like a Stream.
type PredicateStream struct {
	content *presence
	later   bool
	stop    *atomic.Bool
}

// Stream starts to evaluate the predicate for a file. Want must return Content for the path of the
// file, and the file must not be binary.
func (p *Predicate) Stream() *PredicateStream {
	return &PredicateStream{content: newPresence(p.content, p.form, p.inLine, p.required), stop: p.stop}
}

// Add searches the next part.
func (s *PredicateStream) Add(part []byte) {
	s.content.add(part, s.later, s.stop)
	s.later = true
}

// Finish says whether the file matches, after all parts. Like Match, it ignores Not. known is false
// if the result cannot be known without having the whole file in memory.
func (s *PredicateStream) Finish() (matches, known bool) {
	t := s.content.result()
	return t == yes, t != unknown
}
