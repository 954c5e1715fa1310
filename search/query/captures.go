package query

import "regexp/syntax"

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
