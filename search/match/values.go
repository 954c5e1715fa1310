package match

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxValue is the maximum length of a value, in bytes. Sourcegraph has the same limit for captured
// values.
const maxValue = 100

// ByValue reports whether the matcher counts values: of capturing groups, or languages. EachValue
// yields them.
func (m *Matcher) ByValue() bool { return m.byValue || m.languages != nil }

// EachValue calls yield with the values in a file and their counts, and returns the sum of the
// counts. It may yield the same value several times. A value is valid UTF-8 and has at most 100
// bytes. The value is only valid until yield returns, so callers must copy it. `size` is the size
// of the file. For a binary file, `content` may be only its first 8000 bytes. ByValue must be true.
func (m *Matcher) EachValue(path string, content []byte, size int64, yield func(value []byte, n int64)) int64 {
	f := m.open(path, content)
	switch {
	case m.expr != nil && !f.holds(m.expr):
		return 0
	case m.languages != nil && m.languages.skips(path, m.attributes):
		return 0
	case m.languages != nil:
		return m.languages.each(&f, size, yield)
	default:
		return f.eachValue(f.active(m.expr, nil), yield)
	}
}

// eachValue yields the values of the capturing groups of patterns, for each match of each pattern
// separately.
func (f *file) eachValue(patterns []*pattern, yield func(value []byte, n int64)) (sum int64) {
	for _, p := range patterns {
		e, ok := p.finder.(*engine)
		if !ok || e.captures == nil {
			continue
		}
		e.groups(f.see(p), f.m.stop, func(v []byte) {
			yield(label(v), 1)
			sum++
		})
	}
	return sum
}

// countsOf collects values that are yielded one by one.
func countsOf(each func(yield func(value []byte, n int64)) int64) Counts {
	var c Counts
	c.N = each(func(v []byte, n int64) {
		if c.Values == nil {
			c.Values = map[string]int64{}
		}
		c.Values[string(v)] += n
	})
	return c
}

// label returns a value as text that every store accepts, cut to 100 bytes at the start of a rune
// or escape. Bytes that are not UTF-8, and NUL, become escapes such as \xff. A backslash that would
// look like the start of such an escape becomes \x5c. So values that differ within the cut have
// different labels.
func label(v []byte) []byte {
	v = v[:cut(v)]
	if utf8.Valid(v) && bytes.IndexByte(v, 0) < 0 && !bytes.Contains(v, []byte(`\x`)) {
		return v
	}
	text := make([]byte, 0, maxValue)
	for len(v) > 0 {
		r, size := utf8.DecodeRune(v)
		part := v[:size]
		if r == 0 || r == utf8.RuneError && size == 1 || r == '\\' && isEscape(v) {
			part = []byte{'\\', 'x', hexDigits[v[0]>>4], hexDigits[v[0]&15]}
		}
		if len(text)+len(part) > maxValue {
			break
		}
		text = append(text, part...)
		v = v[size:]
	}
	return text
}

const hexDigits = "0123456789abcdef"

// isEscape reports whether v starts with text that label writes for a byte: \x00, \x5c, or \x80 to
// \xff in lower case.
func isEscape(v []byte) bool {
	if len(v) < 4 || v[1] != 'x' {
		return false
	}
	high, low := strings.IndexByte(hexDigits, v[2]), strings.IndexByte(hexDigits, v[3])
	return low >= 0 && (high >= 8 || high == 0 && low == 0 || high == 5 && low == 0xc)
}

// cut returns the length to which a value that may be too long is cut.
func cut(v []byte) int {
	if len(v) <= maxValue {
		return len(v)
	}
	for end := maxValue; end > maxValue-utf8.UTFMax; end-- {
		if utf8.RuneStart(v[end]) {
			return end
		}
	}
	return maxValue // not UTF-8
}
