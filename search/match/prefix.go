package match

import "regexp/syntax"

// prefixOf is texts with one of which every match of re begins, such that what
// comes before a match does not matter to it. None are known if the set says
// nothing.
func prefixOf(re *syntax.Regexp) literals {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass:
		return factsOf(re).exact
	case syntax.OpCapture, syntax.OpPlus:
		return prefixOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return prefixOf(re.Sub[0])
		}
	case syntax.OpAlternate:
		all := prefixOf(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			all = union(all, prefixOf(sub))
		}
		return all
	case syntax.OpConcat:
		lead := emptyText(true)
		for _, sub := range re.Sub {
			if asserts(sub) {
				break
			}
			next, ok := product(lead, factsOf(sub))
			if !ok {
				if last, ok := product(lead, facts{exact: prefixOf(sub), bounded: true}); ok && len(last.exact.texts) > 0 {
					lead = last
				}
				break
			}
			lead = next
		}
		if lead.exact.strength() >= 0 {
			return lead.exact
		}
	}
	return literals{}
}

// asserts says whether re has an assertion.
func asserts(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	for _, sub := range re.Sub {
		if asserts(sub) {
			return true
		}
	}
	return false
}

// afterLineStart is re without the ^ that it begins with, if it does.
func afterLineStart(re *syntax.Regexp) (*syntax.Regexp, bool) {
	if re.Op != syntax.OpConcat || re.Sub[0].Op != syntax.OpBeginLine {
		return re, false
	}
	rest := *re
	rest.Sub = re.Sub[1:]
	return &rest, true
}
