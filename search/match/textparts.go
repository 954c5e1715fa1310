package match

import "math"

// maxTextLines is the most distinct matching lines of a Text that AddText makes, per pattern. They
// take 24 bytes each.
const maxTextLines = 4 << 20

// AddText adds the next part of a text to t, which is the Text of the parts before, or nil for the
// first part. It may change t, and returns the result. The parts are those of a text that Decode
// returns; each part except the last must end at a line end. From the second part on, `ok` is false
// if a pattern matches more than maxTextLines distinct lines, or one line more than math.MaxInt32
// times.
func (m *Matcher) AddText(t *Text, part []byte) (sum *Text, ok bool) {
	if t == nil {
		return m.textOf(part, false), true
	}
	more := m.textOf(part, true)
	for id := range t.lines {
		if t.lines[id], ok = addLines(t.lines[id], more.lines[id]); !ok {
			return nil, false
		}
	}
	return t, true
}

// addLines merges sorted lists of lines. ok is as in AddText.
func addLines(a, b []line) (sum []line, ok bool) {
	if len(b) == 0 {
		return a, true
	}
	sum = make([]line, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		c := 0
		switch {
		case len(a) == 0:
			c = 1
		case len(b) == 0:
			c = -1
		default:
			c = a[0].hash.compare(b[0].hash)
		}
		switch {
		case c < 0:
			sum, a = append(sum, a[0]), a[1:]
		case c > 0:
			sum, b = append(sum, b[0]), b[1:]
		case a[0].n > math.MaxInt32-b[0].n:
			return nil, false
		default:
			sum = append(sum, line{a[0].hash, a[0].n + b[0].n})
			a, b = a[1:], b[1:]
		}
	}
	return sum, len(sum) <= maxTextLines
}
