package main

import (
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"strings"
)

// finder reports for each line of a text whether it is prose or contains a comment.
type finder func(text string, lines []string) []bool

var (
	slashes = comments(`(^|\s)//`, "/*", "*/")
	hash    = comments(`(^|\s)#`, "", "")

	// finders maps the extension or the name of a file to its finder.
	finders = map[string]finder{
		".go": goComments, ".md": markdown,
		".mod": slashes, ".ts": slashes, ".tsx": slashes, ".js": slashes, ".mjs": slashes,
		".sql":     comments(`(^|\s)--`, "/*", "*/"),
		".graphql": comments(`(^|\s)#|^\s*"`, `"""`, `"""`),
		".css":     comments(`^never`, "/*", "*/"),
		".html":    comments(`^never`, "<!--", "-->"),
		".yml":     hash, ".yaml": hash, ".sh": hash, "Makefile": hash, "Dockerfile": hash,
		".editorconfig": hash, ".gitignore": hash, "run": hash, // .ci/run
	}
)

func finderOf(name string) finder {
	if find, ok := finders[path.Base(name)]; ok {
		return find
	}
	return finders[path.Ext(name)]
}

var quoted = regexp.MustCompile("\"[^\"]*\"|'[^']*'|`[^`]*`")

// comments returns the finder of a language whose comments run from a marker to the end of the
// line, or from `begin` to `end` ("" if it has no such comments). The finder reads line by line, so
// it may take a marker in a string of several lines for a comment. That is harmless: only lines
// that exceed the limit are reported.
func comments(marker, begin, end string) finder {
	toEnd := regexp.MustCompile(marker)
	return func(_ string, lines []string) []bool {
		prose := make([]bool, len(lines))
		inside := false
		for i, line := range lines {
			rest := line
			if !inside {
				line = quoted.ReplaceAllLiteralString(line, `""`)
				_, rest, inside = strings.Cut(line, begin)
				inside = inside && begin != ""
			}
			prose[i] = inside || toEnd.MatchString(line)
			inside = inside && !strings.Contains(rest, end)
		}
		return prose
	}
}

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

	fence    = regexp.MustCompile("^\\s*(?:>\\s*)?(```+|~~~+)")
	notProse = regexp.MustCompile(`^\s*(\||\[[^]]+\]:\s|([-*+]\s+)?!?\[[^]]*\]\([^)]*\)[.,;]?\s*$)`)
)

// markdown finds everything but tables, fenced code blocks, link definitions, and links or images
// alone on a line.
func markdown(_ string, lines []string) []bool {
	prose := make([]bool, len(lines))
	open := "" // the fence of the code block that this line is in
	for i, line := range lines {
		if at := fence.FindStringSubmatch(line); at == nil {
			prose[i] = open == "" && !notProse.MatchString(line)
		} else if open == "" {
			open = at[1]
		} else if strings.HasPrefix(at[1], open) {
			open = ""
		}
	}
	return prose
}
