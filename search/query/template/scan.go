package template

import (
	"bytes"
	"slices"
)

// MarkKind is the kind of a Mark.
type MarkKind uint8

const (
	// Comment is a comment from // or # to the end of the line, or from /* to */.
	Comment MarkKind = iota
	// String is a string, including its quotation marks.
	String
	// Pair is a pair of delimiters, () [] or {}, including the text between them.
	Pair
)

// A Mark is a part of a file that a hole matches as a whole: content[Start:End].
type Mark struct {
	Start, End int
	Kind       MarkKind
	// Width is the length of a String's quotation mark: 1 or 3.
	Width int
}

// Scan returns the marks of a file, sorted by Start. A mark that starts inside another one ends
// inside it. There are no marks inside strings and comments.
//
// The rules:
//   - "…" and '…' are strings if they end on the same line. `…`, and text between three double or
//     three single quotation marks, are strings if they end at all. A backslash escapes the next
//     character. A ' after three or more word characters is an apostrophe.
//   - // starts a comment unless a colon precedes it. /* starts a comment if */ follows. # starts a
//     comment at the start of a line or after white space, if white space, ! or the end of the line
//     follows.
//   - A closing delimiter pairs with the last unpaired opening delimiter of its kind; opening
//     delimiters in between have no partner. A delimiter without a partner is an ordinary
//     character.
func Scan(content []byte) []Mark {
	s := scanner{content: content}
	var open []int       // indexes in s.marks of the unpaired opening delimiters
	var waiting [256]int // how many of them are open, by delimiter
	for i := 0; i < len(content); {
		c := content[i]
		if !Special[c] {
			i++
			continue
		}
		if m, ok := s.tokenAt(i); ok {
			s.marks = append(s.marks, m)
			i = m.End
			continue
		}
		switch c {
		case '(', '[', '{':
			open = append(open, len(s.marks))
			waiting[c]++
			s.marks = append(s.marks, Mark{Start: i, Kind: Pair})
		case ')', ']', '}':
			opener := openerOf(c)
			for waiting[opener] > 0 {
				last := &s.marks[open[len(open)-1]]
				open = open[:len(open)-1]
				waiting[content[last.Start]]--
				if content[last.Start] == opener {
					last.End = i + 1
					break
				}
			}
		}
		i++
	}
	return slices.DeleteFunc(s.marks, func(m Mark) bool { return m.End == 0 })
}

// Special contains the bytes that can start a mark, and the closing delimiters.
var Special = func() (set [256]bool) {
	for _, c := range []byte("()[]{}\"'`/#") {
		set[c] = true
	}
	return set
}()

// openerOf returns the opening delimiter for a closing one.
func openerOf(closing byte) byte {
	switch closing {
	case ')':
		return '('
	case ']':
		return '['
	default:
		return '{'
	}
}

type scanner struct {
	content []byte
	marks   []Mark

	// The following fields record which searches for the end of a mark failed. These searches are
	// not repeated, because a search from a later position would fail, too.
	noBlockEnd bool            // no */ follows
	noEnd      map[string]bool // the multi-line quotation marks that do not occur again
	noEndUntil [256]int        // for " and ': the end of the line in which it does not occur again
}

// tokenAt returns the string or the comment that starts at i, or false if none does.
func (s *scanner) tokenAt(i int) (Mark, bool) {
	rest := s.content[i:]
	switch rest[0] {
	case '/':
		switch {
		case bytes.HasPrefix(rest, []byte("//")) && (i == 0 || s.content[i-1] != ':'):
			return Mark{Start: i, End: i + lineLength(rest), Kind: Comment}, true
		case bytes.HasPrefix(rest, []byte("/*")) && !s.noBlockEnd:
			if n := bytes.Index(rest[2:], []byte("*/")); n >= 0 {
				return Mark{Start: i, End: i + 2 + n + 2, Kind: Comment}, true
			}
			s.noBlockEnd = true
		}
	case '#':
		if (i == 0 || IsSpace(s.content[i-1])) && (len(rest) == 1 || IsSpace(rest[1]) || rest[1] == '!') {
			return Mark{Start: i, End: i + lineLength(rest), Kind: Comment}, true
		}
	case '"', '\'':
		if rest[0] == '\'' && afterWord(s.content[:i]) {
			break
		}
		if mark := string(rest[:min(3, len(rest))]); mark == `"""` || mark == `'''` {
			if m, ok := s.multiline(i, mark); ok {
				return m, true
			}
		}
		if i < s.noEndUntil[rest[0]] {
			break
		}
		line := rest[:lineLength(rest)]
		if n := closing(line[1:], rest[:1]); n > 0 {
			return Mark{Start: i, End: i + 1 + n, Kind: String, Width: 1}, true
		}
		s.noEndUntil[rest[0]] = i + len(line)
	case '`':
		return s.multiline(i, "`")
	}
	return Mark{}, false
}

func (s *scanner) multiline(i int, mark string) (Mark, bool) {
	if s.noEnd[mark] {
		return Mark{}, false
	}
	start := i + len(mark)
	if n := closing(s.content[start:], []byte(mark)); n > 0 {
		return Mark{Start: i, End: start + n, Kind: String, Width: len(mark)}, true
	}
	if s.noEnd == nil {
		s.noEnd = map[string]bool{}
	}
	s.noEnd[mark] = true
	return Mark{}, false
}

// closing returns the position after the first occurrence of mark in text that is not escaped, or 0
// if there is none.
func closing(text, mark []byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == mark[0] && bytes.HasPrefix(text[i:], mark):
			return i + len(mark)
		}
	}
	return 0
}

func lineLength(text []byte) int {
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		return n
	}
	return len(text)
}

func afterWord(before []byte) bool {
	n := len(before)
	return n >= 3 && IsWord(before[n-1]) && IsWord(before[n-2]) && IsWord(before[n-3])
}

// IsSpace says whether a Space matches a byte.
func IsSpace(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }

// IsWord says whether a hole of the kind Word matches a byte.
func IsWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}
