package match

import (
	"encoding/binary"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backsight/backsight/search/query"
)

// Folders tells which folders are alike for a query. A query judges the path of a file by regular
// expressions and by the file's name. So two folders are alike if each of these expressions is in
// the same state after it has read the path of either folder.
type Folders struct {
	exprs  []*syntax.Prog
	opaque bool // a condition on paths is not a regular expression

	skips      bool // Skip can return true
	matcher    *Matcher
	byNode     map[*node]pathExpr // by leaf of the matcher's condition
	predicates []*pathExpr        // by predicate; nil if it is on all paths
}

// NewFolders returns the Folders for a matcher, which may be nil, and predicates.
func NewFolders(m *Matcher, predicates []*Predicate) (*Folders, error) {
	f := &Folders{matcher: m, byNode: map[*node]pathExpr{}}
	if m != nil {
		f.opaque = m.opaque
		if err := f.add(m.pathExprs...); err != nil {
			return nil, err
		}
		if err := f.addFilters(m.expr); err != nil {
			return nil, err
		}
	}
	for _, p := range predicates {
		if p.path == nil {
			f.predicates = append(f.predicates, nil)
			continue
		}
		if err := f.add(p.path.String()); err != nil {
			return nil, err
		}
		e := newPathExpr(f.exprs[len(f.exprs)-1])
		f.predicates = append(f.predicates, &e)
	}
	f.skips = f.canSkip()
	return f, nil
}

// addFilters adds the filters on paths of a condition.
func (f *Folders) addFilters(n *node) error {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if err := f.addFilters(k); err != nil {
			return err
		}
	}
	if n.pathExpr == "" {
		return nil
	}
	prog, err := pathProgram(n.pathExpr)
	if err != nil {
		return err
	}
	f.byNode[n] = newPathExpr(prog)
	return nil
}

func pathProgram(expr string) (*syntax.Prog, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	return syntax.Compile(tree.Simplify())
}

func (f *Folders) add(exprs ...string) error {
	for _, expr := range exprs {
		prog, err := pathProgram(expr)
		if err != nil {
			return err
		}
		f.exprs = append(f.exprs, prog)
	}
	return nil
}

// Key returns the same text for folders that are alike: for two files with equal content and
// attributes whose paths differ only in such folders, Want, Match and the methods of predicates
// return the same. The argument `folder` is "" or ends in a slash. The cost is that of matching the
// path of the folder.
func (f *Folders) Key(folder string) string {
	if f.opaque {
		return folder
	}
	if len(f.exprs) == 0 {
		return ""
	}
	var key []byte
	for _, prog := range f.exprs {
		threads, matched := after(prog, folder)
		if matched {
			key = append(key, 1)
			continue
		}
		key = binary.AppendUvarint(append(key, 0), uint64(len(threads)))
		for _, pc := range threads {
			key = binary.AppendUvarint(key, uint64(pc))
		}
	}
	if folder == "" {
		key = append(key, '^') // what matches only at the beginning can still match
	}
	return string(key)
}

// after runs an expression, unanchored, over the beginning of a text. `matched` is true if there is
// a match, whatever follows. Otherwise `threads` has the instructions that continue, in order. No
// other property of the text affects what follows: its last rune is always a slash, and Key marks
// the empty text.
func after(prog *syntax.Prog, text string) (threads []uint32, matched bool) {
	now, next, closed := newSet(len(prog.Inst)), newSet(len(prog.Inst)), newSet(len(prog.Inst))
	before := rune(-1)
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		at := syntax.EmptyOpContext(before, r)
		before = r
		closed.clear()
		for _, pc := range now.list {
			closed.follow(prog, pc, at)
		}
		closed.follow(prog, uint32(prog.Start), at)
		next.clear()
		for _, pc := range closed.list {
			switch in := &prog.Inst[pc]; in.Op {
			case syntax.InstMatch:
				return nil, true
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				if in.MatchRune(r) {
					next.add(in.Out)
				}
			}
		}
		now, next = next, now
	}
	closed.clear()
	for _, pc := range now.list {
		closed.follow(prog, pc, 0)
	}
	for _, pc := range closed.list {
		if prog.Inst[pc].Op == syntax.InstMatch {
			return nil, true
		}
	}
	slices.Sort(now.list)
	return now.list, false
}

// set is a set of instructions of a program.
type set struct {
	list []uint32
	has  []bool
}

func newSet(n int) *set { return &set{has: make([]bool, n)} }

func (s *set) add(pc uint32) bool {
	if s.has[pc] {
		return false
	}
	s.has[pc] = true
	s.list = append(s.list, pc)
	return true
}

func (s *set) clear() {
	for _, pc := range s.list {
		s.has[pc] = false
	}
	s.list = s.list[:0]
}

// follow adds an instruction and those that it leads to without reading a rune. `at` has the
// assertions that hold at this place of the text.
func (s *set) follow(prog *syntax.Prog, pc uint32, at syntax.EmptyOp) {
	for waiting := []uint32{pc}; len(waiting) > 0; {
		pc, waiting = waiting[len(waiting)-1], waiting[:len(waiting)-1]
		if !s.add(pc) {
			continue
		}
		switch in := &prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			waiting = append(waiting, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			waiting = append(waiting, in.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^at == 0 {
				waiting = append(waiting, in.Out)
			}
		}
	}
}

// searchesPaths adds a pattern that searches paths to what Folders evaluates: the pattern's regular
// expression or, if there is no equivalent one, m.opaque.
func (m *Matcher) searchesPaths(p *query.Pattern, caseSensitive bool) {
	flags := "(?m)"
	if !caseSensitive {
		flags = "(?im)"
	}
	switch {
	case p.Kind == query.Structural || strings.ContainsRune(p.Text, utf8.RuneError):
		// U+FFFD in a literal matches only itself; in a regular expression, it also matches bytes
		// that are not UTF-8.
		m.opaque = true
	case p.Kind == query.Literal:
		m.pathExprs = append(m.pathExprs, flags+regexp.QuoteMeta(p.Text))
	default:
		m.pathExprs = append(m.pathExprs, flags+p.Text)
	}
}
