package dfa

import (
	"regexp/syntax"
	"sync"
)

// A Regexp is a compiled regular expression. It is safe for concurrent use.
type Regexp struct {
	forward *program
	jumps   bool
	skips   *skips
	bound   int // limit of each table, in bytes
	// backward matches the same texts as forward, read backwards.
	backward *program

	mu   sync.Mutex
	idle []*Searcher
}

// Compile compiles an expression. share(b) estimates which share of all bytes in contents have the
// value b; the estimate only affects speed. `jumps` says that searches will have Candidates.
// Compile returns an error if the expression is too large.
func Compile(tree *syntax.Regexp, share func(b byte) float64, jumps bool) (*Regexp, error) {
	forward, err := compile(tree, false)
	if err != nil {
		return nil, err
	}
	backward, err := compile(reverse(tree), true)
	if err != nil {
		return nil, err
	}
	return &Regexp{forward: forward, backward: backward, skips: newSkips(forward, share), jumps: jumps, bound: tableBytes(len(forward.insts))}, nil
}

// Size returns the number of instructions of the expression's program.
func (r *Regexp) Size() int { return len(r.forward.insts) }

// Bound limits the bytes of each table, for expressions that share memory. The limit is at least 64
// KiB. Call Bound before the first call of Searcher, and not concurrently with other methods.
func (r *Regexp) Bound(bytes int) { r.bound = max(bytes, leastBytes) }

// Share divides the memory for tables among n expressions: it limits each table to the nth part.
// The rules of Bound apply.
func (r *Regexp) Share(n int) { r.Bound(r.bound / n) }

// Searcher returns a Searcher, which searches one file at a time. Callers must release it with
// Close.
func (r *Regexp) Searcher() *Searcher {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.idle); n > 0 {
		s := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return s
	}
	s := &Searcher{of: r, forward: newCache(newStepper(r.forward), r.bound)}
	s.forward.accelerated = r.skips.worth
	if r.jumps {
		s.forward.accelerated = [kinds]bool{true, true, true, true}
	}
	return s
}

// Close releases a Searcher, which must not be used afterwards.
func (s *Searcher) Close() {
	s.content, s.candidates, s.stop = nil, nil, nil
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.idle = append(s.of.idle, s)
}

// reverse returns an expression that matches the same texts, read backwards.
func reverse(re *syntax.Regexp) *syntax.Regexp {
	out := *re
	out.Sub = make([]*syntax.Regexp, len(re.Sub))
	for i, sub := range re.Sub {
		out.Sub[i] = reverse(sub)
	}
	switch re.Op {
	case syntax.OpConcat:
		for i := range out.Sub {
			out.Sub[i] = reverse(re.Sub[len(re.Sub)-1-i])
		}
	case syntax.OpLiteral:
		out.Rune = make([]rune, len(re.Rune))
		for i, r := range re.Rune {
			out.Rune[len(re.Rune)-1-i] = r
		}
	case syntax.OpBeginLine:
		out.Op = syntax.OpEndLine
	case syntax.OpEndLine:
		out.Op = syntax.OpBeginLine
	case syntax.OpBeginText:
		out.Op = syntax.OpEndText
	case syntax.OpEndText:
		out.Op = syntax.OpBeginText
	}
	return &out
}
