package dfa

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"unicode"
)

// MaxSize limits the instructions of a compiled expression, and with them a program's memory to
// about 10 MB. The query parser refuses larger expressions before they are compiled.
const MaxSize = 250_000

// A program is a compiled expression: Go's instructions, with sets of classes in place of runes.
type program struct {
	insts   []inst
	start   uint32
	classes *classes
	sets    []bits // sets of columns
	// asserts has all assertions of the program.
	asserts syntax.EmptyOp
	// startAsserts says whether an attempt to match can begin with an assertion, so that the rune
	// before the attempt matters.
	startAsserts bool
	// longest says to find the longest match that starts where the search starts, instead of the
	// leftmost and most preferred match.
	longest bool
}

type op uint8

const (
	opFail   op = iota
	opAlt       // continues at inst.out, then at inst.arg
	opSkip      // continues at inst.out
	opAssert    // continues at inst.out if the assertions in inst.arg hold
	opRunes     // continues at inst.out for a rune in the set number inst.arg
	opMatch
)

type inst struct {
	op       op
	out, arg uint32
}

// compile returns a program. It does not change tree.
func compile(tree *syntax.Regexp, longest bool) (*program, error) {
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	if len(prog.Inst) > MaxSize {
		return nil, fmt.Errorf("regular expression too large: it has %d instructions, and the limit is %d: repeat fewer times, or use * and +", len(prog.Inst), MaxSize)
	}
	p := &program{insts: make([]inst, len(prog.Inst)), start: uint32(prog.Start), longest: longest}
	var sets []runeSet
	known := map[string]uint32{}
	for i := range prog.Inst {
		from, to := &prog.Inst[i], &p.insts[i]
		to.out, to.arg = from.Out, from.Arg
		switch from.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			to.op = opAlt
		case syntax.InstCapture, syntax.InstNop:
			to.op = opSkip
		case syntax.InstEmptyWidth:
			to.op = opAssert
			p.asserts |= syntax.EmptyOp(from.Arg)
		case syntax.InstMatch:
			to.op = opMatch
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			to.op = opRunes
			set := runesOf(from)
			key := keyOf(set)
			id, ok := known[key]
			if !ok {
				id = uint32(len(sets))
				known[key] = id
				sets = append(sets, set)
			}
			to.arg = id
		}
	}
	n := len(sets)
	if p.asserts&wordAsserts != 0 {
		sets = append(sets, runeSet{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'})
	}
	if p.asserts&lineAsserts != 0 {
		sets = append(sets, runeSet{'\n', '\n'})
	}
	if p.classes, p.sets = newClasses(sets); p.classes == nil {
		return nil, fmt.Errorf("regular expression too large: it distinguishes more than %d sets of characters: use character classes", maxClasses)
	}
	p.sets = p.sets[:n]
	p.startAsserts = p.asserting()
	return p, nil
}

const (
	wordAsserts = syntax.EmptyWordBoundary | syntax.EmptyNoWordBoundary
	lineAsserts = syntax.EmptyBeginLine | syntax.EmptyEndLine
)

// runesOf returns the runes that an instruction accepts, as defined by Inst.MatchRune.
func runesOf(i *syntax.Inst) runeSet {
	switch i.Op {
	case syntax.InstRuneAny:
		return runeSet{0, unicode.MaxRune}
	case syntax.InstRuneAnyNotNL:
		return runeSet{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	}
	if len(i.Rune) == 1 { // a literal
		if i.Op == syntax.InstRune && syntax.Flags(i.Arg)&syntax.FoldCase != 0 {
			return foldSet(i.Rune[0])
		}
		return runeSet{i.Rune[0], i.Rune[0]}
	}
	return runeSet(i.Rune)
}

func keyOf(s runeSet) string {
	var key []byte
	for _, r := range s {
		key = binary.LittleEndian.AppendUint32(key, uint32(r))
	}
	return string(key)
}

// asserting reports whether an assertion can be reached from the start without a rune.
func (p *program) asserting() bool {
	seen := newBits(len(p.insts))
	todo := []uint32{p.start}
	for len(todo) > 0 {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen.has(pc) {
			continue
		}
		seen.add(pc)
		switch i := &p.insts[pc]; i.op {
		case opAssert:
			return true
		case opAlt:
			todo = append(todo, i.out, i.arg)
		case opSkip:
			todo = append(todo, i.out)
		}
	}
	return false
}

// seen returns the kind that stands for the kind of the rune before a position. Kinds that the
// program does not distinguish have the same result.
func (p *program) seen(before kind) kind {
	if before == word && p.asserts&wordAsserts == 0 {
		return other
	}
	if before == edge && p.asserts&syntax.EmptyBeginText == 0 {
		before = newline
	}
	if before == newline && p.asserts&syntax.EmptyBeginLine == 0 {
		return other
	}
	return before
}

// startKind is like seen, but for an attempt to match that starts at the position: it returns
// `other` if the attempt does not depend on the rune before.
func (p *program) startKind(before kind) kind {
	if !p.startAsserts {
		return other
	}
	return p.seen(before)
}

// holding has the assertions that hold between runes of two kinds.
var holding = func() (table [kinds][kinds]syntax.EmptyOp) {
	example := [kinds]rune{other: ' ', word: 'a', newline: '\n', edge: -1}
	for before, r1 := range example {
		for after, r2 := range example {
			table[before][after] = syntax.EmptyOpContext(r1, r2)
		}
	}
	return table
}()
