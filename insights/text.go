package insights

import "unicode/utf8"

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
