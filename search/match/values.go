package match

import (
	"strings"
	"unicode/utf8"
)

// maxValue is the greatest length of a value, in bytes: that of Sourcegraph's
// captured values.
const maxValue = 100

// values counts the values of the capturing groups of patterns, each match of
// each pattern for itself.
func (f *file) values(patterns []*pattern) Counts {
	var c Counts
	for _, p := range patterns {
		e, ok := p.finder.(*engine)
		if !ok || e.re.NumSubexp() == 0 {
			continue
		}
		e.groups(f.content, func(v []byte) {
			if c.Values == nil {
				c.Values = map[string]int64{}
			}
			c.Values[label(v)]++
			c.N++
		})
	}
	return c
}

// label is a value as text that every store can keep: cut to 100 bytes at a
// rune's start, with U+FFFD for NUL and for bytes that are not UTF-8.
func label(v []byte) string {
	s := string(v[:cut(v)])
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	return s[:cut(s)] // U+FFFD is three bytes
}

// cut is where a value ends that may be too long.
func cut[T string | []byte](v T) int {
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
