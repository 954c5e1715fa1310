package output

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns returns how many columns of a terminal a text takes after Clean. A letter of East Asian
// scripts takes two, and a combining mark none.
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

// Visible returns a text in which different texts look different: characters that have no shape
// become escapes, such as \t and \u00a0, and a text that begins or ends with a space, or is empty,
// gets quotation marks.
func Visible(text string) string {
	if shown := strings.TrimSpace(text); shown == "" || shown[0] != text[0] || len(shown) != len(text) {
		return strconv.Quote(text)
	}
	if isPrintableASCII(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if !unicode.IsPrint(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
