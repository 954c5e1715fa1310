package match

import (
	"regexp/syntax"
	"slices"
)

// staysInLine says whether no match of re can hold a line end, and none depends
// on anything but its line. Then the lines of a text have the same matches as the
// text: outside of a line, the engine sees a line end or an end of text, which
// are the same to ^, $, \b and \B.
func staysInLine(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpAnyChar, syntax.OpBeginText, syntax.OpEndText:
		return false
	case syntax.OpLiteral:
		return !slices.Contains(re.Rune, '\n')
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i] <= '\n' && '\n' <= re.Rune[i+1] {
				return false
			}
		}
	}
	for _, sub := range re.Sub {
		if !staysInLine(sub) {
			return false
		}
	}
	return true
}
