package match

import (
	"regexp/syntax"

	"github.com/backsight/backsight/search/query"
)

// A pathExpr is a regular expression that paths are matched against.
type pathExpr struct {
	prog     *syntax.Prog
	anywhere bool // a match can start after the beginning of a path
	early    bool // a match can end before the end of a path
}

func newPathExpr(prog *syntax.Prog) pathExpr {
	e := pathExpr{prog: prog}
	later := newSet(len(prog.Inst))
	later.follow(prog, uint32(prog.Start), ^syntax.EmptyBeginText)
	for _, pc := range later.list {
		switch prog.Inst[pc].Op {
		case syntax.InstMatch, syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			e.anywhere = true
		}
	}
	all := newSet(len(prog.Inst))
	for waiting := []uint32{uint32(prog.Start)}; len(waiting) > 0; {
		pc := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		from := len(all.list)
		all.follow(prog, pc, ^syntax.EmptyEndText)
		for _, pc := range all.list[from:] {
			switch in := &prog.Inst[pc]; in.Op {
			case syntax.InstMatch:
				e.early = true
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				waiting = append(waiting, in.Out)
			}
		}
	}
	return e
}

// below returns yes if the expression matches all paths below a folder, no if it matches none of
// them, and unknown if neither is known.
func (e pathExpr) below(folder string) tri {
	if e.anywhere && !e.early {
		return unknown
	}
	threads, matched := after(e.prog, folder)
	switch {
	case matched:
		return yes
	case len(threads) == 0 && !e.anywhere:
		return no
	}
	return unknown
}

// Skip reports whether it is known that Want, of the matcher and of each predicate, returns Skip
// for every path below a folder, whose path ends in a slash. For a matcher of the kind query.Diffs,
// MayMatchChange takes the place of Want: it returns false for all these paths.
func (f *Folders) Skip(folder string) bool {
	if !f.skips {
		return false
	}
	for i := range f.predicates {
		if e := f.predicates[i]; e == nil || e.below(folder) != no {
			return false
		}
	}
	return f.matcher == nil || f.below(folder) == no
}

// canSkip reports whether Skip can return true for some folder.
func (f *Folders) canSkip() bool {
	for _, e := range f.predicates {
		if e == nil || e.anywhere {
			return false
		}
	}
	return f.matcher == nil || f.matcher.kind != query.Commits && f.matcher.expr.any(func(n *node) bool {
		e, known := f.byNode[n]
		return known && (n.negated && e.early || !n.negated && !e.anywhere)
	})
}

// below evaluates the matcher's condition for all paths below a folder, like onPath for one path.
func (f *Folders) below(folder string) tri {
	return f.matcher.expr.evaluate(func(n *node) tri {
		if e, known := f.byNode[n]; known {
			return n.signed(e.below(folder))
		}
		return unknown
	})
}
