package dfa

import "regexp/syntax"

// A place is the situation of a search between two runes.
type place struct {
	// list has the instructions that attempts to match have reached, most preferred first: those
	// that accept a rune, and the end of a match. If an assertion depends on the next rune, list
	// has the stepper's roots instead.
	list []uint32
	// starting says that an attempt starts here, too, as the least preferred.
	starting bool
	// final says that a match ends here, whatever follows.
	final bool
	// before is the kind of the previous rune, or the kind `other` if that rune does not matter.
	before kind
}

// found says whether a match ends at a place.
type found uint8

const (
	nothing    found = iota
	match            // a match of one rune or more
	emptyMatch       // an empty match
)

// A stepper makes the steps of a program.
type stepper struct {
	p *program
	// now and next are the instructions visited at the place before the rune and at the place after
	// it.
	now, next           visited
	nowStack, nextStack []uint32
	// to is the place that the last step reached.
	to      place
	closed  bool     // a match ends at this place, so less preferred attempts do not matter
	mindful bool     // an assertion at this place needs the next rune, so to.list gets the roots
	roots   []uint32 // the instructions that lead to all others at this place, most preferred first
	visits  int      // number of visited instructions; the caller resets it
}

func newStepper(p *program) *stepper {
	return &stepper{p: p, now: newVisited(len(p.insts)), next: newVisited(len(p.insts))}
}

// begin sets s.to to the place where a search begins. An attempt starts there and, unless the
// program is for the longest match, at every later place.
func (s *stepper) begin(before kind) {
	s.reset(before)
	if s.p.longest {
		s.add(s.p.start)
	} else {
		s.to.starting = true
	}
	s.settle()
}

// step sets s.to to the place after a rune, which is given by its column. No attempt continues
// after the end of the content. step returns whether a match ends before the rune. If so, it drops
// less preferred attempts, unless the program is for the longest match.
func (s *stepper) step(from *place, column uint16) found {
	s.now.clear()
	s.reset(s.p.classes.kindOf[column])
	holds := holding[from.before][s.p.classes.kindOf[column]]
	what := nothing
	for _, pc := range from.list {
		if s.follow(pc, column, holds) {
			what = match
			if !s.p.longest {
				break
			}
		}
	}
	if from.starting && what == nothing && !s.closed {
		if s.follow(s.p.start, column, holds) {
			what = emptyMatch
		} else {
			s.to.starting = !s.closed && column != s.p.classes.end
		}
	}
	s.settle()
	return what
}

func (s *stepper) reset(before kind) {
	s.next.clear()
	s.to = place{list: s.to.list[:0], before: before}
	s.closed, s.mindful = false, false
	s.roots = s.roots[:0]
}

// settle completes s.to: it chooses the list, and resets s.to.before if it does not matter.
func (s *stepper) settle() {
	if s.mindful {
		s.to.list, s.roots = s.roots, s.to.list
	}
	if s.mindful || s.to.starting && s.p.startAsserts {
		s.to.before = s.p.seen(s.to.before)
	} else {
		s.to.before = other
	}
}

// follow continues from an instruction before the rune, and adds the instructions that the rune
// leads to. It reports whether a match ends before the rune. If so, it stops there, unless the
// program is for the longest match.
func (s *stepper) follow(pc uint32, column uint16, holds syntax.EmptyOp) (matched bool) {
	stack := append(s.nowStack[:0], pc)
	for len(stack) > 0 && !s.closed {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		s.visits++
		if !s.now.add(pc) {
			continue
		}
		switch i := &s.p.insts[pc]; i.op {
		case opAlt:
			stack = append(stack, i.arg, i.out)
		case opSkip:
			stack = append(stack, i.out)
		case opAssert:
			if syntax.EmptyOp(i.arg)&^holds == 0 {
				stack = append(stack, i.out)
			}
		case opRunes:
			if s.p.sets[i.arg].has(uint32(column)) {
				s.add(i.out)
			}
		case opMatch:
			matched = true
			if !s.p.longest {
				stack = stack[:0]
			}
		}
	}
	s.nowStack = stack
	return matched
}

// add adds an instruction, and those that it leads to without a rune, to the place after the rune.
func (s *stepper) add(pc uint32) {
	if s.next.has(pc) {
		return
	}
	s.roots = append(s.roots, pc)
	stack := append(s.nextStack[:0], pc)
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		s.visits++
		if !s.next.add(pc) {
			continue
		}
		switch i := &s.p.insts[pc]; i.op {
		case opAlt:
			stack = append(stack, i.arg, i.out)
		case opSkip:
			stack = append(stack, i.out)
		case opAssert:
			asserts := syntax.EmptyOp(i.arg)
			if asserts&^(syntax.EmptyBeginLine|syntax.EmptyBeginText) == 0 {
				if asserts&^holding[s.to.before][other] == 0 {
					stack = append(stack, i.out)
				}
				continue
			}
			// A later assertion may depend on s.to.before, even if this one does not.
			s.mindful = true
		case opRunes:
			s.to.list = append(s.to.list, pc)
		case opMatch:
			s.to.list = append(s.to.list, pc)
			s.to.final = true
			if !s.p.longest {
				s.closed = true
				stack = stack[:0]
			}
		}
	}
	s.nextStack = stack
}

// visited is a set of instructions that is emptied in constant time.
type visited struct {
	in    []uint32 // by instruction: the round in which it was last added
	round uint32
}

func newVisited(n int) visited { return visited{in: make([]uint32, n), round: 1} }

func (v *visited) clear() {
	if v.round++; v.round == 0 {
		clear(v.in)
		v.round = 1
	}
}

func (v *visited) has(pc uint32) bool { return v.in[pc] == v.round }

// add adds an instruction, and reports whether it was new.
func (v *visited) add(pc uint32) bool {
	if v.has(pc) {
		return false
	}
	v.in[pc] = v.round
	return true
}
