package query

import (
	"strings"

	"github.com/backsight/backsight/search/query/template"
)

// word reads a word that starts at start, and returns its text and its end. A word ends at white
// space or at the parenthesis that closes an open group. White space does not end a word if it is
// between balanced parentheses, if it is escaped or in a class of a regular expression, or if it is
// in a hole of a template.
//
// In literal text, consecutive white space inside the word becomes one space, as between words.
func (lx *lexer) word(start int, isRegexp bool) (string, int, *Error) {
	end, spaced, ok := lx.scan(start, isRegexp, true)
	if !ok {
		end, _, _ = lx.scan(start, isRegexp, false)
		spaced = false
	}
	text := lx.text[start:end]
	if spaced {
		if at, n := syntaxIn(text); n > 0 {
			found := Span{start + at, start + at + n}
			return "", 0, fail(found,
				quote(lx.text[found.Start:found.End])+" is inside the parentheses of a word, so it could be text or syntax",
				"put a space before the opening parenthesis to make it a group; "+asText(text))
		}
		if !isRegexp && lx.mode != StructuralType {
			text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) }), " ")
		}
	}
	if end < len(lx.text) && lx.text[end] == ')' && lx.depth == 0 {
		return "", 0, lx.strayClose(end, end+1)
	}
	return text, end, nil
}

// scan finds where a word ends, and whether it contains white space. If balanced is set, a word
// only ends outside its parentheses, and ok is false if they are never closed.
func (lx *lexer) scan(start int, isRegexp, balanced bool) (end int, spaced, ok bool) {
	open := 0
	i := start
	for ; i < len(lx.text); i = lx.past(i, isRegexp) {
		switch c := lx.text[i]; {
		case isSpace(c):
			if !balanced || open == 0 {
				return i, spaced, true
			}
			spaced = true
		case c == '(':
			open++
		case c == ')':
			if open == 0 {
				return i, spaced, true
			}
			open--
		}
	}
	return i, spaced, open == 0
}

// past returns the position after the escape, class or hole that begins at i, or i+1 where none
// begins.
func (lx *lexer) past(i int, isRegexp bool) int {
	switch c := lx.text[i]; {
	case isRegexp && c == '\\' && i+1 < len(lx.text):
		return i + 2
	case isRegexp && c == '[':
		return classEnd(lx.text, i) + 1
	case lx.mode == StructuralType && strings.HasPrefix(lx.text[i:], ":["):
		if end, ok := template.HoleEnd(lx.text, i); ok {
			return end
		}
	}
	return i + 1
}

// classEnd returns the position of the bracket that closes the class which opens at start, or start
// if the class is not closed.
func classEnd(text string, start int) int {
	i := start + 1
	if i < len(text) && text[i] == '^' {
		i++
	}
	for first := true; i < len(text); first = false {
		switch {
		case text[i] == ']' && !first:
			return i
		case text[i] == '\\':
			i++
		case strings.HasPrefix(text[i:], "[:"):
			if n := strings.Index(text[i:], ":]"); n > 0 {
				i += n + 1
			}
		}
		i++
	}
	return start
}

// syntaxIn finds the first operator or field in text that follows white space or an opening
// parenthesis.
func syntaxIn(text string) (at, length int) {
	for i := 1; i < len(text); i++ {
		if !isSpace(text[i-1]) && text[i-1] != '(' {
			continue
		}
		if _, n := operatorAt(text[i:]); n > 0 {
			return i, n
		}
		if _, _, n := knownField(text[i:]); n > 0 {
			return i, n
		}
	}
	return 0, 0
}

// opensGroup says whether the parenthesis at the lexer's position opens a group. In a keyword
// query, each parenthesis at the start of a word does. In other queries, it is text if the matching
// parenthesis follows without an operator or a field in between, as in `func (r *Reader) Read` or,
// in a regular expression, `(a|b)c`.
func (lx *lexer) opensGroup() bool {
	if lx.mode == KeywordType {
		return true
	}
	open := 0
	for i := lx.pos; i < len(lx.text); {
		c := lx.text[i]
		if i > lx.pos && (isSpace(lx.text[i-1]) || lx.text[i-1] == '(') {
			if _, n := operatorAt(lx.text[i:]); n > 0 {
				return true
			}
			if _, _, n := knownField(lx.text[i:]); n > 0 {
				return true
			}
			if c == '/' && lx.slashes() || (c == '"' || c == '\'') && lx.quotes() {
				if end, ok := delimitedEnd(lx.text, i); ok && (end == len(lx.text) || isSpace(lx.text[end]) || lx.text[end] == ')') {
					i = end
					continue
				}
			}
		}
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return false
			}
		}
		i = lx.past(i, lx.mode == RegexpType)
	}
	return true // never closed: the parser reports it
}
