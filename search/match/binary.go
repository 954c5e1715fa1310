package match

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// binaryPrefix is how many bytes git searches for a NUL byte.
const binaryPrefix = 8000

// byteOrderMark is U+FEFF in UTF-8. At the start of a text, it only says how the text is encoded.
const byteOrderMark = "\uFEFF"

// Decode returns the text of a file as UTF-8, or reports that the file is binary; `text` is then
// nil. All code that searches or indexes files takes their text from Decode.
//
// A file that starts with the byte order mark of UTF-16 or UTF-32 is converted; invalid parts
// become U+FFFD. The text then starts with the byte order mark in UTF-8. The text of every other
// file is the content itself, whatever its encoding. A file is binary if its first 8000 bytes
// contain a NUL, as in git. If the file is converted, the text of these bytes decides instead.
//
// Decode reads at most 8000 bytes and allocates nothing unless it converts.
func Decode(content []byte) (text []byte, binary bool) {
	if IsBinary(content) {
		return nil, true
	}
	if decode, width := encodingOf(content); decode != nil {
		return convert(content, decode, width), false
	}
	return content, false
}

// IsBinary reports whether a file is binary; see Decode. The first 8000 bytes decide, so `content`
// need not have more of the file.
func IsBinary(content []byte) bool {
	head := content[:min(len(content), binaryPrefix)]
	if decode, width := encodingOf(head); decode != nil {
		head = convert(head, decode, width)
	}
	return bytes.IndexByte(head, 0) >= 0
}

// A unitDecoder returns the first code unit of content, which has at least one.
type unitDecoder func(content []byte) rune

var (
	utf32Big    unitDecoder = func(b []byte) rune { return rune(binary.BigEndian.Uint32(b)) }
	utf32Little unitDecoder = func(b []byte) rune { return rune(binary.LittleEndian.Uint32(b)) }
	utf16Big    unitDecoder = func(b []byte) rune { return rune(binary.BigEndian.Uint16(b)) }
	utf16Little unitDecoder = func(b []byte) rune { return rune(binary.LittleEndian.Uint16(b)) }
)

// encodingOf returns how to read the code units of a file in UTF-16 or UTF-32, and their width in
// bytes. decode is nil if the file starts with no byte order mark of these encodings.
func encodingOf(content []byte) (decode unitDecoder, width int) {
	if len(content) < 2 || content[0] != 0 && content[0] < 0xfe {
		return nil, 0
	}
	switch {
	case bytes.HasPrefix(content, []byte("\x00\x00\xfe\xff")):
		return utf32Big, 4
	case bytes.HasPrefix(content, []byte("\xff\xfe\x00\x00")):
		return utf32Little, 4
	case content[0] == 0xfe && content[1] == 0xff:
		return utf16Big, 2
	case content[0] == 0xff && content[1] == 0xfe:
		return utf16Little, 2
	}
	return nil, 0
}

// convert converts code units to UTF-8.
func convert(content []byte, decode unitDecoder, width int) []byte {
	text := make([]byte, 0, len(content)+len(content)/width)
	for ; len(content) >= width; content = content[width:] {
		r := decode(content)
		if width == 2 && utf16.IsSurrogate(r) {
			second := rune(utf8.RuneError)
			if len(content) >= 2*width {
				second = decode(content[width:])
			}
			if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
				content = content[width:]
			}
		}
		text = utf8.AppendRune(text, r) // U+FFFD if r is invalid
	}
	if len(content) > 0 {
		text = utf8.AppendRune(text, utf8.RuneError)
	}
	return text
}
