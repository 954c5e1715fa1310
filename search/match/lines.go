package match

import (
	"regexp/syntax"
	"slices"
)

// staysInLine reports whether no match of re can contain a line end or depend on anything outside
// its line. Then searching each line alone finds the same matches as searching the whole text: a
// line end, or the start or end of the text, precedes and follows each line, and these are
// equivalent for ^, $, \b and \B.
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
