package main

import (
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// goComments finds comments with Go's own scanner. Doc comments may hold code blocks (indented by a
// tab or by four spaces) and link definitions, which are exempt as in Markdown.
func goComments(text string, lines []string) []bool {
	prose := make([]bool, len(lines))
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), nil, scanner.ScanComments)
	output := false // below the line that begins an example's expected output
	for {
		pos, kind, literal := s.Scan()
		if kind == token.EOF {
			return prose
		}
		if kind != token.COMMENT {
			output = false
			continue
		}
		first := file.Line(pos) - 1
		for i, line := range strings.Split(literal, "\n") {
			output = output || exampleOutput.MatchString(line)
			prose[first+i] = !output && !goExempt.MatchString(line)
		}
	}
}

var (
	exampleOutput = regexp.MustCompile(`(?i)^//\s*(unordered )?output:`)
	goExempt      = regexp.MustCompile(`^//(\t| {4,}|\s*\[[^]]+\]: )`)
)

var (
	fence    = regexp.MustCompile("^\\s*(?:>\\s*)?(```+|~~~+)")
	notProse = regexp.MustCompile(`^\s*(\||\[[^]]+\]:\s|([-*+]\s+)?!?\[[^]]*\]\([^)]*\)[.,;]?\s*$)`)
)

// markdown finds everything but tables, fenced code blocks, link definitions, and links alone on a
// line.
func markdown(_ string, lines []string) []bool {
	prose := make([]bool, len(lines))
	open := "" // the fence of the code block that this line is in
	for i, line := range lines {
		if at := fence.FindStringSubmatch(line); at != nil {
			switch {
			case open == "":
				open = at[1]
			case strings.HasPrefix(at[1], open):
				open = ""
			}
			continue
		}
		prose[i] = open == "" && !notProse.MatchString(line)
	}
	return prose
}

// graphQL finds comments and descriptions, both those between three quotes and those of one line.
func graphQL(text string, lines []string) []bool {
	prose := comments("#", `"""`, `"""`)(text, lines)
	for i, line := range lines {
		prose[i] = prose[i] || strings.HasPrefix(strings.TrimSpace(line), `"`)
	}
	return prose
}

// comments returns a finder for a language whose comments run from a marker to the end of the line
// ("" if it has none) or between two markers. It reads line by line: a marker counts at the start
// of a line, or behind white space outside of quotes. So it may take a marker in a string of
// several lines for a comment. That is harmless: only lines that exceed the limit are reported.
func comments(toEnd string, between ...string) finder {
	return func(_ string, lines []string) []bool {
		prose := make([]bool, len(lines))
		inside := false
		for i, line := range lines {
			prose[i] = inside
			rest := line
			for rest != "" {
				if inside {
					_, after, ended := strings.Cut(rest, between[1])
					inside, rest = !ended, after
					continue
				}
				at := len(rest)
				if toEnd != "" {
					at = markerAt(rest, toEnd)
				}
				if len(between) > 0 {
					if begin := markerAt(rest, between[0]); begin < at {
						prose[i], inside = true, true
						rest = rest[begin+len(between[0]):]
						continue
					}
				}
				prose[i] = prose[i] || at < len(rest)
				break
			}
		}
		return prose
	}
}

// markerAt returns the place of the first marker that begins a comment, or the length of the line.
func markerAt(line, marker string) int {
	var quote byte // the quote that is open
	for i := range len(line) {
		c := line[i]
		switch {
		case quote == 0 && strings.HasPrefix(line[i:], marker) && beginsWord(line[:i]):
			return i
		case quote == 0 && (c == '"' || c == '`' || c == '\'') && strings.IndexByte(line[i+1:], c) >= 0:
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return len(line)
}

// beginsWord reports whether a marker behind this text is one: at the start, behind white space, or
// behind the brace that opens a comment in JSX.
func beginsWord(before string) bool {
	return before == "" || strings.HasSuffix(before, " ") || strings.HasSuffix(before, "\t") || strings.HasSuffix(before, "{")
}
