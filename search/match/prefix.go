package match

import "regexp/syntax"

// prefixOf returns a set of texts; every match of re starts with one of them. If the set has
// negative strength, no such texts are known.
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
		lead := emptyText(false)
		for _, sub := range re.Sub {
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
