package insights

import (
	"cmp"
	"strings"
)

// CompareLabels orders captured values as people read them: numbers in a text by their value, so that 1.9 comes before 1.10
// and v2 before v10, a leading v as if it weren't there, and what is before a release (1.0-rc.1, 1.0b2) before that release. Case
// counts only where nothing else differs. It is a total order: 0 for equal texts only.
func CompareLabels(a, b string) int {
	x, y := withoutV(a), withoutV(b)
	number := false // whether both go on after a number
	for x != "" || y != "" {
		p, q := nextPart(x), nextPart(y)
		if c := compareParts(p, q, number); c != 0 {
			return c
		}
		x, y = x[len(p):], y[len(q):]
		number = isDigit(p[0])
	}
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

// IsVersion reports whether a label reads like a version: a number first, after a v or not.
func IsVersion(label string) bool {
	label = withoutV(label)
	return label != "" && isDigit(label[0])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func withoutV(s string) string {
	if len(s) > 1 && (s[0] == 'v' || s[0] == 'V') && isDigit(s[1]) {
		return s[1:]
	}
	return s
}

// nextPart is the digits, the letters or the one other character that s starts with; "" at its end.
func nextPart(s string) string {
	if s == "" {
		return ""
	}
	kind := kindOf(s[0])
	end := 1
	for kind != other && end < len(s) && kindOf(s[end]) == kind {
		end++
	}
	return s[:end]
}

type partKind int

const (
	other partKind = iota
	digits
	letters
)

func kindOf(c byte) partKind {
	switch {
	case isDigit(c):
		return digits
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c >= 0x80:
		return letters
	}
	return other
}

// compareParts orders parts of one rank by themselves: numbers by value, texts without heeding case.
func compareParts(p, q string, afterNumber bool) int {
	if c := cmp.Compare(rank(p, afterNumber), rank(q, afterNumber)); c != 0 || p == "" {
		return c
	}
	if isDigit(p[0]) {
		m, n := strings.TrimLeft(p, "0"), strings.TrimLeft(q, "0")
		return cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n))
	}
	return strings.Compare(strings.ToLower(p), strings.ToLower(q))
}

// rank orders parts of different kinds. A hyphen, a tilde or a letter after a number is before a release, so it comes before the
// end of the label: 1.0-rc and 1.0rc before 1.0, and that before 1.0.1.
func rank(part string, afterNumber bool) int {
	const beforeEnd, end, afterEnd = 0, 2, 3
	if part == "" {
		return end
	}
	switch kind := kindOf(part[0]); {
	case afterNumber && (part[0] == '-' || part[0] == '~'):
		return beforeEnd
	case afterNumber && kind == letters:
		return beforeEnd + 1
	default:
		return afterEnd + int(kind)
	}
}
