package output

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
)

// Clean replaces each control character, and each character that controls the direction of text, by
// a space, and bytes that are not UTF-8 by U+FFFD. So a text from a repository cannot break a
// table, hide a part of a line, or control the terminal.
func Clean(text string) string {
	if isPrintableASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

func isPrintableASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f {
			return false
		}
	}
	return true
}

// CleanLines is Clean for a text of several lines: line breaks stay.
func CleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Clean(line)
	}
	return strings.Join(lines, "\n")
}

// Printf does the same as fmt.Fprintf, but calls Clean for every argument that is a string or an
// error. It ignores write errors.
func Printf(w io.Writer, format string, args ...any) {
	args = slices.Clone(args)
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			args[i] = Clean(arg)
		case error:
			args[i] = Clean(arg.Error())
		}
	}
	fmt.Fprintf(w, format, args...)
}

// IsTerminal reports whether w is a terminal or another character device, such as /dev/null.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
