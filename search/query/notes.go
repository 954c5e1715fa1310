package query

import (
	"regexp/syntax"
	"slices"
)

// EmptyNotes returns a sentence for each pattern that can match only the empty text, such as /^$/,
// because such a pattern never holds and counts nothing.
func (q *Query) EmptyNotes() []string {
	var notes []string
	for leaf := range leaves(q.Expr) {
		p, ok := leaf.(*Pattern)
		if !ok || p.Kind != Regexp {
			continue
		}
		if re, err := syntax.Parse(p.Text, syntax.Perl); err == nil && onlyEmpty(re) {
			notes = append(notes, "The pattern /"+p.Text+"/ can match only the empty text. Empty matches do not count, so the pattern never holds.")
		}
	}
	return notes
}

// onlyEmpty reports whether every match of re is empty.
func onlyEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	case syntax.OpLiteral:
		return len(re.Rune) == 0
	case syntax.OpRepeat:
		return re.Max == 0 || onlyEmpty(re.Sub[0])
	case syntax.OpCapture, syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpConcat, syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !onlyEmpty(sub) })
	}
	return false
}

// CaptureNotes returns what users should know about the values that a query counts by captured
// value, in whole sentences: that a group inside a repetition gives only its last value, and that
// several groups of one match give separate values. It returns none if neither applies.
func (q *Query) CaptureNotes() []string {
	var repeated, together bool
	for _, p := range q.Positive() {
		if p.Kind != Regexp {
			continue
		}
		re, err := syntax.Parse(p.Text, syntax.Perl)
		if err != nil {
			continue // a defect: Parse accepts only valid expressions
		}
		repeated = repeated || repeatsGroup(re, false)
		together = together || groupsTogether(re) > 1
	}
	var notes []string
	if repeated {
		notes = append(notes, `A group inside a repetition, as in (?:(\w+),)+, gives only the value of the last repetition. To count the value of each repetition, write a pattern that matches a single repetition.`)
	}
	if together {
		notes = append(notes, `Each group gives separate values. To count combinations, put one group around the others, and write the others as (?:…), as in /((?:\w+)@(?:\w+))/.`)
	}
	return notes
}

// repeatsGroup reports whether a capturing group in re can take part in a match more than once. The
// argument `inside` says that re itself is inside a repetition.
func repeatsGroup(re *syntax.Regexp, inside bool) bool {
	switch re.Op {
	case syntax.OpCapture:
		if inside {
			return true
		}
	case syntax.OpStar, syntax.OpPlus:
		inside = true
	case syntax.OpRepeat:
		inside = inside || re.Max != 1 && re.Max != 0
	}
	for _, sub := range re.Sub {
		if repeatsGroup(sub, inside) {
			return true
		}
	}
	return false
}

// groupsTogether returns how many groups, not counting those inside another group, can have a value
// in the same match.
func groupsTogether(re *syntax.Regexp) int {
	if re.Op == syntax.OpCapture {
		return 1
	}
	n := 0
	for _, sub := range re.Sub {
		if of := groupsTogether(sub); re.Op == syntax.OpAlternate {
			n = max(n, of)
		} else {
			n += of
		}
	}
	return n
}
