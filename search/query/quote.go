package query

import "strings"

// delimitedEnd returns the position after the delimiter that closes the one at start. A delimiter
// after a backslash does not close it.
func delimitedEnd(text string, start int) (int, bool) {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[start]:
			return i + 1, true
		}
	}
	return 0, false
}

// delimitedRegexp reads the regular expression /…/ at start, and returns the text between the
// slashes and the position after them. It returns false if that text is empty or the closing slash
// is missing. \/ does not close the expression.
func delimitedRegexp(text string, start int) (string, int, bool) {
	end, ok := delimitedEnd(text, start)
	if !ok || end == start+2 {
		return "", 0, false
	}
	return text[start+1 : end-1], end, true
}

// unquote returns the text between the quotation marks at start and end-1, with its escapes
// resolved.
func unquote(text string, start, end int) (string, *Error) {
	var b strings.Builder
	for i := start + 1; i < end-1; i++ {
		c := text[i]
		if c != '\\' {
			b.WriteByte(c)
			continue
		}
		i++
		switch c := text[i]; c {
		case '\\', '"', '\'':
			b.WriteByte(c)
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		default:
			return "", fail(Span{i - 1, i + 1}, `unknown escape in quotation marks; known are \\ \" \' \n \r \t`,
				`write \\ for a backslash`)
		}
	}
	return b.String(), nil
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// quote is the inverse of unquote.
func quote(text string) string { return `"` + escaper.Replace(text) + `"` }

// slash writes a regular expression from plainRegexp between slashes. Reading it with
// delimitedRegexp and plainRegexp gives the same expression.
func slash(re string) string {
	return "/" + strings.ReplaceAll(re, "/", `\/`) + "/"
}
