package workflows

import "unicode/utf8"

// cut shortens s to at most limit bytes, at a rune's boundary, with an ellipsis where something is missing.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	const ellipsis = "…"
	end := limit - len(ellipsis)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}
