package match

import (
	"bytes"
	"unicode/utf8"
)

// maxValue is the greatest length of a value, in bytes: that of Sourcegraph's
// captured values.
const maxValue = 100

// ByValue reports whether the matcher counts values: those of capturing groups,
// or languages. EachValue tells them.
func (m *Matcher) ByValue() bool { return m.byValue || m.languages != nil }

// EachValue calls yield for the values in a file, with how often each occurs; one
// value may come several times. It returns the sum of these. A value is valid
// UTF-8, at most 100 bytes long, and to be copied: it may be part of content. size
// is the file's; of a binary file, content may be only its beginning. For a matcher
// that is ByValue.
func (m *Matcher) EachValue(path string, content []byte, size int64, yield func(value []byte, n int64)) int64 {
	f := file{m: m, path: path, content: content, text: content, binary: IsBinary(content)}
	switch {
	case m.expr != nil && !f.holds(m.expr):
		return 0
	case m.languages != nil && m.languages.skips(path):
		return 0
	case m.languages != nil:
		return m.languages.each(&f, size, yield)
	default:
		return f.eachValue(f.active(m.expr, nil), yield)
	}
}

// eachValue tells the values of the capturing groups of patterns, each match of
// each pattern for itself.
func (f *file) eachValue(patterns []*pattern, yield func(value []byte, n int64)) (sum int64) {
	for _, p := range patterns {
		e, ok := p.finder.(*engine)
		if !ok || e.captures == nil {
			continue
		}
		e.groups(f.content, f.m.stop, func(v []byte) {
			yield(label(v), 1)
			sum++
		})
	}
	return sum
}

// countsOf makes Counts of values that are told one by one.
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

// label is a value as text that every store can keep: cut to 100 bytes at a
// rune's start, with U+FFFD for NUL and for bytes that are not UTF-8.
func label(v []byte) []byte {
	v = v[:cut(v)]
	if utf8.Valid(v) && bytes.IndexByte(v, 0) < 0 {
		return v
	}
	v = bytes.ReplaceAll(bytes.ToValidUTF8(v, []byte("\uFFFD")), []byte{0}, []byte("\uFFFD"))
	return v[:cut(v)] // U+FFFD is three bytes
}

// cut is where a value ends that may be too long.
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
