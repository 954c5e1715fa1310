package main

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	limit    = 100 // columns: two versions of a file fit side by side on a screen
	tabWidth = 4   // columns
)

// wide is a line that exceeds the limit.
type wide struct {
	number int // from 1
	width  int // columns
}

// check returns the lines of a file whose comments or prose exceed the limit, in order. The name
// determines the language. check returns nil for a file in an unknown language.
func check(name, text string) []wide {
	find := finderOf(name)
	if find == nil || generated(name, text) {
		return nil
	}
	lines := strings.Split(text, "\n")
	var found []wide
	for i, prose := range find(text, lines) {
		width := columns(lines[i])
		if prose && width > limit && !exempt(lines[i]) {
			found = append(found, wide{i + 1, width})
		}
	}
	return found
}

func columns(line string) int {
	return utf8.RuneCountInString(line) + (tabWidth-1)*strings.Count(line, "\t")
}

var (
	marker    = regexp.MustCompile(`^\s*(//+|--+|#+|/?\*+|<!--|\{/\*+)?\s*([-*+>]|\d+\.)?\s*`)
	directive = regexp.MustCompile(`(//[a-z0-9]+:[a-z0-9]|//nolint|/[/*] (eslint|oxlint)-|# shellcheck )`)
)

// exempt reports whether a line may exceed the limit, because it cannot be broken or is a directive
// to a tool.
func exempt(line string) bool {
	rest := line[len(marker.FindString(line)):]
	return !strings.ContainsAny(strings.TrimSpace(rest), " \t") || directive.MatchString(line)
}
