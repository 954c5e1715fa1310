package match

import (
	"bytes"
	"errors"
	"io"
)

// NewTextReader returns a reader of the text that Decode would return for the content that consists
// of head and rest. Unless head is the whole content, it must have at least 8000 bytes. The content
// must not be binary.
func NewTextReader(head []byte, rest io.Reader) io.Reader {
	content := io.MultiReader(bytes.NewReader(head), rest)
	if decode, width := encodingOf(head); decode != nil {
		return &textReader{from: content, decode: decode, width: width, raw: make([]byte, 0, 64<<10)}
	}
	return content
}

// A textReader converts code units to UTF-8.
type textReader struct {
	from   io.Reader
	decode unitDecoder
	width  int
	raw    []byte // bytes that are not converted yet
	text   []byte // converted, but not returned yet
	err    error  // the error of from
}

func (r *textReader) Read(to []byte) (int, error) {
	for len(r.text) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(to, r.text)
	r.text = r.text[n:]
	return n, nil
}

// fill reads some UTF-16 or UTF-32 code units from r.from and puts them into r.text as UTF-8.
func (r *textReader) fill() {
	var n int
	n, r.err = r.from.Read(r.raw[len(r.raw):cap(r.raw)])
	r.raw = r.raw[:len(r.raw)+n]
	usable := len(r.raw)
	if !errors.Is(r.err, io.EOF) {
		usable -= usable % r.width
		if r.width == 2 && usable > 0 && isFirstHalf(r.decode(r.raw[usable-2:])) {
			usable -= 2
		}
	}
	r.text = convert(r.raw[:usable], r.decode, r.width)
	r.raw = r.raw[:copy(r.raw, r.raw[usable:])]
}

// isFirstHalf reports whether a code unit of UTF-16 is the first one of a pair.
func isFirstHalf(unit rune) bool { return 0xd800 <= unit && unit < 0xdc00 }
