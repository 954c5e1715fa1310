package match

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// A fixedGroup says where the only group of an expression is in each of its matches: between the
// first `head` and the last `tail` bytes. For `go (1\.\d+)`, `head` is 3 and `tail` is 0.
type fixedGroup struct{ head, tail int }

// fixedGroupOf returns nil if the place of the group in a match is not fixed, or if the expression
// does not have exactly one group.
func fixedGroupOf(re *syntax.Regexp) *fixedGroup {
	if re.MaxCap() != 1 {
		return nil
	}
	if re.Op == syntax.OpCapture {
		return &fixedGroup{}
	}
	if re.Op != syntax.OpConcat {
		return nil
	}
	g, found := &fixedGroup{}, false
	for _, sub := range re.Sub {
		if sub.MaxCap() == 1 {
			inner := fixedGroupOf(sub)
			if inner == nil {
				return nil
			}
			g.head, g.tail, found = g.head+inner.head, inner.tail, true
			continue
		}
		size, ok := fixedSize(sub)
		switch {
		case !ok:
			return nil
		case found:
			g.tail += size
		default:
			g.head += size
		}
	}
	return g
}

// fixedSize returns the length in bytes that every match of an expression has. ok is false if the
// lengths can differ, or are not known.
func fixedSize(re *syntax.Regexp) (size int, ok bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return 0, true
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r == utf8.RuneError {
				return 0, false // it also matches a byte that is not UTF-8
			}
			if re.Flags&syntax.FoldCase != 0 {
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					if utf8.RuneLen(f) != utf8.RuneLen(r) {
						return 0, false
					}
				}
			}
			size += utf8.RuneLen(r)
		}
		return size, true
	case syntax.OpCharClass:
		if n := len(re.Rune); n > 0 && re.Rune[n-1] < utf8.RuneSelf {
			return 1, true
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n, ok := fixedSize(sub)
			if !ok {
				return 0, false
			}
			size += n
		}
		return size, true
	case syntax.OpRepeat:
		if re.Min == re.Max {
			n, ok := fixedSize(re.Sub[0])
			return n * re.Min, ok
		}
	}
	return 0, false
}
