package testgit

import (
	"encoding/binary"
	"unicode/utf16"
)

// UTF16 returns a text as Windows programs write it: in UTF-16LE, after a byte order mark.
func UTF16(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}
