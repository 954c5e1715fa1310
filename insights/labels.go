package insights

import (
	"cmp"
	"strings"
)

// CompareLabels puts captured values in the order that people expect. Numbers within labels compare
// by value, so 1.9 comes before 1.10 and v2 before v10. A leading v before a number is ignored. A
// pre-release (1.0-rc.1, 1.0b2) comes before its release. Case decides only between labels that are
// otherwise equal. The order is total: the result is 0 only for equal texts.
func CompareLabels(a, b string) int {
	x, y := withoutV(a), withoutV(b)
	if c := compareFirstLetters(x, y); c != 0 {
		return c
	}
	number := false // whether the preceding part is a number
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

// compareFirstLetters is a fast path of CompareLabels. It compares x and y, ignoring case, as long
// as both have ASCII letters. It returns 0 if x and y do not differ there.
func compareFirstLetters(x, y string) int {
	for i := range min(len(x), len(y)) {
		p, q := x[i]|0x20, y[i]|0x20 // in lower case, if they are letters
		switch {
		case p < 'a' || p > 'z' || q < 'a' || q > 'z':
			return 0
		case p != q:
			return cmp.Compare(p, q)
		}
	}
	return 0
}

// IsVersion reports whether a label looks like a version: it starts with a number, with or without
// a leading v.
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

// nextPart returns the longest run of digits or letters at the start of s, or else its first byte.
// It returns "" if s is empty.
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

// compareParts compares parts by rank. Within a rank, numbers compare by value and texts without
// regard to case.
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

// rank orders parts of different kinds. A hyphen, a tilde or a letter after a number marks a
// pre-release, which comes before the end of the label: 1.0-rc and 1.0rc come before 1.0, and 1.0
// before 1.0.1.
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
