package match

import (
	"io"
	"regexp"
	"sync/atomic"
	"unicode/utf8"
)

// captures finds the values of a regular expression's capturing groups in a match whose bounds are
// known. It runs Go's engine on the match and, because assertions such as \b need them, the runes
// next to the match. The expression is anchored, so that Go's engine finds exactly this match.
type captures struct {
	// within is indexed by whether a rune precedes the match, and whether one follows it.
	within [2][2]*regexp.Regexp
	// long is the length in bytes from which a match is read rune by rune, so that Go's engine can
	// be stopped.
	long int
	// fixed, if not nil, says where the only group is; then Go's engine is not needed.
	fixed *fixedGroup
}

// longWork limits the work between two checks of the stop flag, in visited instructions. Go's
// engine may visit every instruction at every byte.
const longWork = 4 << 20

// newCaptures returns the captures of the regular expression text, which must include its flags,
// among them (?m). `size` is the number of instructions of the compiled expression.
func newCaptures(text string, size int) (*captures, error) {
	c := &captures{long: max(1, longWork/size)}
	for before, head := range []string{`\A(?:`, `\A(?s:.)(?:`} {
		for after, tail := range []string{`)\z`, `)(?s:.)\z`} {
			re, err := regexp.Compile(head + text + tail)
			if err != nil {
				return nil, err
			}
			c.within[before][after] = re
		}
	}
	return c, nil
}

// each calls yield with the non-empty values of the groups in the match content[start:end]. The
// flag `stop` may be nil. If it becomes true, the method returns soon, and the values are
// meaningless.
func (c *captures) each(content []byte, start, end int, stop *atomic.Bool, yield func(value []byte)) {
	if c.fixed != nil {
		if start, end = start+c.fixed.head, end-c.fixed.tail; start < end {
			yield(content[start:end])
		}
		return
	}
	if stop != nil && stop.Load() {
		return
	}
	before, after := 0, 0
	if start > 0 {
		before = 1
		_, size := utf8.DecodeLastRune(content[:start])
		start -= size
	}
	if end < len(content) {
		after = 1
		_, size := utf8.DecodeRune(content[end:])
		end += size
	}
	re, part := c.within[before][after], content[start:end]
	var at []int
	if len(part) < c.long || stop == nil {
		at = re.FindSubmatchIndex(part)
	} else {
		at = re.FindReaderSubmatchIndex(&stoppable{part, stop})
	}
	for i := 2; i < len(at); i += 2 {
		if at[i] < at[i+1] {
			yield(part[at[i]:at[i+1]])
		}
	}
}

// stoppable reads runes until it is stopped.
type stoppable struct {
	left []byte
	stop *atomic.Bool
}

func (s *stoppable) ReadRune() (r rune, size int, err error) {
	if len(s.left) == 0 || s.stop.Load() {
		return 0, 0, io.EOF
	}
	r, size = utf8.DecodeRune(s.left)
	s.left = s.left[size:]
	return r, size, nil
}
