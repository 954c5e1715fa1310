package insights

import (
	"unicode"
	"unicode/utf8"
)

// CheckText returns an Invalid error unless a text that a person has written can be shown on one
// line: at most `most` bytes of valid UTF-8, without control characters such as line feeds, and
// without characters that are invisible or change the direction of the text around them. `what`
// names the text in the error.
func CheckText(what, text string, most int) error {
	switch {
	case len(text) > most:
		return Errorf(Invalid, "%s has %d bytes: at most %d", what, len(text), most)
	case !utf8.ValidString(text):
		return Errorf(Invalid, "%s is not valid UTF-8", what)
	}
	for _, r := range text {
		if unreadable(r) {
			return Errorf(Invalid, "%s contains the character U+%04X, which is not visible: write it without control characters and invisible characters", what, r)
		}
	}
	return nil
}

// unreadable reports whether people cannot see a character, or see other ones wrongly because of
// it. The joiners and variation selectors that emoji and some scripts need are allowed.
func unreadable(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	if r == nonJoiner || r == joiner || unicode.Is(unicode.Variation_Selector, r) {
		return false
	}
	return r == unicode.ReplacementChar ||
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// Truncate shortens `text` to at most `limit` bytes, without splitting a character. A shortened
// text ends in an ellipsis, whose 3 bytes are within the limit. `limit` must be at least 3.
func Truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const ellipsis = "…"
	end := limit - len(ellipsis)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + ellipsis
}
