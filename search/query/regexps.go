package query

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// plainRegexp checks a regular expression and removes two notations: \/ becomes / and \Q…\E becomes
// single escapes. Then expressions that differ only in these notations have the same text, and
// every expression can be written between slashes. The expression is checked with `flags`, such as
// (?i), before it.
func plainRegexp(text, flags string, at Span) (string, *Error) {
	tree, err := syntax.Parse(flags+text, syntax.Perl)
	if err != nil {
		return "", regexpError(err, flags, text, at)
	}
	names := tree.CapNames()
	for i, name := range names {
		if name != "" && slices.Contains(names[:i], name) {
			return "", fail(at, "the regular expression has two groups with the name "+quote(shown(name)), "give each group another name, or none, as in (…)")
		}
	}
	if regexpSize(tree) > maxRegexp {
		return "", fail(at, fmt.Sprintf("this regular expression is too large: with its repetitions written out, it has more than %d parts", maxRegexp),
			"repeat fewer times, or use * and +")
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			b.WriteByte(text[i])
		case text[i+1] == '/':
			i++
			b.WriteByte('/')
		case text[i+1] == 'Q': // never in a class, where it is invalid
			quoted, _, ended := strings.Cut(text[i+2:], `\E`)
			b.WriteString(regexp.QuoteMeta(quoted))
			i += 1 + len(quoted)
			if ended {
				i += 2
			}
		default:
			b.WriteString(text[i : i+2])
			i++
		}
	}
	if b.Len() == 0 && text != "" {
		return "", fail(at, `the regular expression is empty: nothing is between \Q and \E`, "write the text that it should match")
	}
	return b.String(), nil
}

// maxRegexp limits the parts of a regular expression, with counted repetitions written out. It also
// limits the memory that the compiled program takes.
const maxRegexp = 250_000

// regexpSize estimates the number of instructions of a compiled expression. The estimate is never
// too low, except that it ends at maxRegexp+1.
func regexpSize(re *syntax.Regexp) int {
	size := 2
	for _, sub := range re.Sub {
		size += regexpSize(sub)
	}
	switch re.Op {
	case syntax.OpLiteral:
		size += len(re.Rune)
	case syntax.OpRepeat:
		// The product cannot overflow: counts are at most 1000, and size at most maxRegexp plus a
		// few.
		size *= max(1, re.Min, re.Max)
	}
	return min(size, maxRegexp+1)
}

// regexpError returns the error for a regular expression that Go does not accept, with what to
// write instead.
func regexpError(err error, flags, text string, at Span) *Error {
	se, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return fail(at, "this regular expression is not valid: "+err.Error(), "use RE2 syntax")
	}
	se.Expr = strings.TrimPrefix(se.Expr, flags)
	message := "this regular expression is not valid: " + se.Code.String() + ": " + shown(se.Expr)
	// Unless the expression is quoted and has escapes, its text is in the query unchanged, with or
	// without delimiters.
	delimiter := (at.End - at.Start - len(text)) / 2
	if i := strings.Index(text, se.Expr); i >= 0 && se.Expr != "" && delimiter <= 1 {
		at = Span{at.Start + delimiter + i, at.Start + delimiter + i + len(se.Expr)}
	}
	switch se.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		return fail(at, message, `close the group, or write \( or \) to match a parenthesis`)
	case syntax.ErrMissingBracket:
		return fail(at, message, `close the class with ], or write \[ to match a bracket`)
	case syntax.ErrMissingRepeatArgument, syntax.ErrInvalidRepeatOp:
		return fail(at, message, `write \`+se.Expr[:1]+` to match the character itself`)
	case syntax.ErrInvalidRepeatSize:
		return fail(at, message, "repeat at most 1000 times, or write \\{ to match a brace")
	case syntax.ErrInvalidPerlOp:
		if strings.HasPrefix(se.Expr, "(?<") || strings.HasPrefix(se.Expr, "(?=") || strings.HasPrefix(se.Expr, "(?!") {
			return fail(at, message, "leave it out: RE2 has no look-around; to exclude files or repositories in a query, write NOT, or a minus before a field")
		}
		return fail(at, message, "use RE2 syntax; (?:…) groups without capturing")
	case syntax.ErrTrailingBackslash:
		return fail(at, message, `write \\ to match a backslash`)
	case syntax.ErrInvalidEscape:
		return fail(at, message, `write \\ to match a backslash; RE2 has no back-references`)
	case syntax.ErrInvalidCharRange, syntax.ErrInvalidCharClass:
		switch {
		case strings.HasPrefix(se.Expr, `\p`) || strings.HasPrefix(se.Expr, `\P`):
			return fail(at, message, `name a script or category of Unicode, as in \p{Greek} or \p{Lu}`)
		case strings.HasPrefix(se.Expr, "[:"):
			return fail(at, message, "name a class of ASCII, as in [[:alpha:]] or [[:space:]]")
		}
		return fail(at, message, `write the lower end of a range first, and \- to match a hyphen`)
	case syntax.ErrInvalidNamedCapture:
		return fail(at, message, "name a group as in (?P<name>…), and use each name once")
	default:
		return fail(at, message, "use fewer and smaller repetitions, and nest fewer groups")
	}
}
