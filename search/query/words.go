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
	if err := lx.overworked(start); err != nil {
		return "", 0, err
	}
	text := lx.text[start:end]
	if spaced {
		if found, ok := lx.syntaxIn(Span{start, end}, isRegexp); ok {
			literally := asText(text)
			if start > lx.pos {
				literally = "to keep it in the value, put the value in quotation marks"
			}
			return "", 0, fail(found,
				quote(lx.text[found.Start:found.End])+" is inside the parentheses of a word, so it could be text or syntax",
				"put a space before the opening parenthesis to make it a group; "+literally)
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
	defer func() { lx.work += i - start }()
	for ; i < len(lx.text) && lx.work <= maxWork; i = lx.past(i, isRegexp) {
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

// past returns the position after the escape, character class or hole that begins at i, or i+1 if
// none begins there.
func (lx *lexer) past(i int, isRegexp bool) int {
	switch c := lx.text[i]; {
	case isRegexp && c == '\\' && i+1 < len(lx.text):
		return i + 2
	case isRegexp && c == '[' && (lx.unclosed == 0 || i < lx.unclosed-1):
		end := classEnd(lx.text, i)
		if end == i {
			lx.unclosed = i + 1
		}
		return end + 1
	case lx.mode == StructuralType && strings.HasPrefix(lx.text[i:], ":["):
		if end, ok := template.HoleEnd(lx.text, i); ok {
			return end
		}
		lx.work += len(lx.text) - i
	}
	return i + 1
}

// classEnd returns the position of the bracket that closes the character class that opens at start,
// or start if the class is not closed.
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

// syntaxIn finds the first operator, field or regular expression between slashes in a word. An
// operator or a field follows white space or an opening parenthesis; a regular expression follows
// white space, because `split(/,/)` is code.
func (lx *lexer) syntaxIn(word Span, isRegexp bool) (found Span, ok bool) {
	text := lx.text[:word.End]
	afterSpace, afterOpen := false, false
	for i := word.Start; i < word.End; i = lx.past(i, isRegexp) {
		if afterSpace || afterOpen {
			if n := syntaxAt(text[i:]); n > 0 {
				return Span{i, i + n}, true
			}
		}
		if afterSpace {
			if end, ok := lx.regexpAt(i); ok && end <= word.End {
				return Span{i, end}, true
			}
		}
		afterSpace, afterOpen = isSpace(text[i]), text[i] == '('
	}
	return Span{}, false
}

// syntaxAt returns the length of the operator or field that text starts with, or 0.
func syntaxAt(text string) int {
	if _, n := operatorAt(text); n > 0 {
		return n
	}
	_, _, n := knownField(text)
	return n
}

// regexpAt returns the end of the regular expression between slashes that starts at i. White space,
// a closing parenthesis or the end of the text must follow the closing slash. Callers must check
// that a pattern can start at i.
func (lx *lexer) regexpAt(i int) (end int, ok bool) {
	if !lx.slashes() || i == len(lx.text) || lx.text[i] != '/' {
		return 0, false
	}
	_, end, ok = delimitedRegexp(lx.text, i)
	return end, ok && lx.mayEndAt(end)
}

// mayEndAt says whether a delimited pattern inside parentheses may end at this position.
func (lx *lexer) mayEndAt(at int) bool {
	return at == len(lx.text) || isSpace(lx.text[at]) || lx.text[at] == ')'
}

// opensGroup says whether the parenthesis at the lexer's position opens a group. In a keyword
// query, each parenthesis at the start of a word does. In other queries, it is text if the matching
// parenthesis follows without an operator, a field or a regular expression between slashes in
// between, as in `func (r *Reader) Read` or, in a regular expression, `(a|b)c`.
//
// With patterntype:regexp, `(/a/)` is refused: it could be a group with the pattern `a`, or an
// expression that captures the slashes.
func (lx *lexer) opensGroup() (bool, *Error) {
	if lx.mode == KeywordType {
		return true, nil
	}
	open := 0
	var pattern Span // the first regular expression between slashes
	begins := false  // a word may begin at i
	i := lx.pos
	defer func() { lx.work += i - lx.pos }()
	for i < len(lx.text) && lx.work <= maxWork {
		c := lx.text[i]
		if begins {
			begins = false
			if syntaxAt(lx.text[i:]) > 0 {
				return true, nil
			}
			if end, ok := lx.regexpAt(i); ok {
				if pattern.End == 0 {
					pattern = Span{i, end}
				}
				i = end
				continue
			}
			if (c == '"' || c == '\'') && lx.quotes() {
				if end, ok := delimitedEnd(lx.text, i); ok && lx.mayEndAt(end) {
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
				return lx.groupsPattern(pattern)
			}
		}
		begins = c == '(' || isSpace(c)
		i = lx.past(i, lx.mode == RegexpType)
	}
	return true, lx.overworked(lx.pos) // never closed: the parser reports it
}

// groupsPattern says whether parentheses without operators and fields are a group. They are if they
// contain a regular expression between slashes, but with patterntype:regexp, this is an error,
// because the slashes could be text. `pattern` is the place of the first such expression, or the
// zero Span.
func (lx *lexer) groupsPattern(pattern Span) (bool, *Error) {
	if pattern.End == 0 || lx.mode != RegexpType {
		return pattern.End > 0, nil
	}
	written := lx.text[pattern.Start:pattern.End]
	inside := written[1 : len(written)-1]
	return false, fail(pattern, shown(written)+" inside parentheses could be a pattern between slashes, or an expression with slashes",
		"write the pattern without the parentheses; to match the slashes, write "+shown(`\/`+inside+`\/`))
}
