package output

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns returns how many columns of a terminal a text takes. The text must be a result of Clean.
// A wide character, such as 日, takes two columns, and a combining mark none.
func Columns(text string) (n int) {
	if isPrintableASCII(text) {
		return len(text)
	}
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	// This decides most runes in tables quickly. Sparklines consist of blocks.
	const combining, blocks, endOfBlocks = 0x300, 0x2500, 0x25A0
	if r < combining || r >= blocks && r < endOfBlocks {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// Visible returns a text in which different texts look different. A text that contains a character
// without a shape (such as a tab or U+00A0), begins or ends with a space, begins with a quotation
// mark, or is empty, is returned as a quoted Go string: "a\tb".
func Visible(text string) string {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) }
	if text == "" || text[0] == ' ' || text[0] == '"' || text[len(text)-1] == ' ' || strings.ContainsFunc(text, hidden) {
		return strconv.Quote(text)
	}
	return text
}
