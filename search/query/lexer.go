package query

import (
	"strings"
)

type tokenKind int

const (
	tokenOpen tokenKind = iota + 1
	tokenClose
	tokenAnd
	tokenOr
	tokenNot
	tokenField
	tokenPattern
)

// A token is a parenthesis, an operator, a field or a pattern. Parentheses inside a word of text
// are part of the word.
type token struct {
	kind tokenKind
	at   Span

	// Only set for a field. `text` is the value of the field, and `value` is its place.
	field   *field
	negated bool
	value   Span

	// Only set for a pattern. `word` says that the parser joins the pattern with adjacent words,
	// unless the query's pattern type is keyword.
	pattern PatternKind
	word    bool

	text string
}

// A lexer splits a text into tokens. Where a word ends depends on the pattern type.
type lexer struct {
	text   string
	mode   PatternType
	scope  bool // the text is a repository scope
	pos    int
	depth  int // open groups
	tokens []token

	work     int // bytes that were read to find where words and groups end
	unclosed int // 1 + the place of the first character class that is not closed; 0: none is known
}

// maxWork limits the bytes that are read to find where words and groups end. Each parenthesis or
// hole that is never closed makes the lexer read up to the end of the text.
const maxWork = 64 << 20

// overworked returns an error if finding the ends of words and groups has taken more than maxWork.
// `start` is where the last of these words or groups starts.
func (lx *lexer) overworked(start int) *Error {
	if lx.work <= maxWork {
		return nil
	}
	return fail(Span{start, len(lx.text)}, "the query has too many parentheses or holes that are not closed", `put text that contains them in content:"…"`)
}

// maxDepth limits the nesting of groups and of NOTs, and with it the depth of the parser's stack.
const maxDepth = 100

// isSpace says whether b separates words. Only ASCII white space does; other white space is text.
func isSpace(b byte) bool {
	return b == ' ' || b >= '\t' && b <= '\r'
}

func lex(text string, mode PatternType) ([]token, *Error) {
	return (&lexer{text: text, mode: mode}).all()
}

func (lx *lexer) all() ([]token, *Error) {
	for {
		for lx.pos < len(lx.text) && isSpace(lx.text[lx.pos]) {
			lx.pos++
		}
		if lx.pos == len(lx.text) {
			return lx.tokens, nil
		}
		if err := lx.next(); err != nil {
			return nil, err
		}
	}
}

func (lx *lexer) emit(t token, end int) {
	t.at = Span{lx.pos, end}
	lx.tokens = append(lx.tokens, t)
	lx.pos = end
}

// rest returns the text that has not been read yet.
func (lx *lexer) rest() string { return lx.text[lx.pos:] }

// slashes says whether a slash can start a pattern, and quotes whether a quotation mark can.
func (lx *lexer) slashes() bool { return lx.mode != LiteralType && lx.mode != StructuralType }
func (lx *lexer) quotes() bool  { return lx.mode == RegexpType || lx.mode == KeywordType }

func (lx *lexer) next() *Error {
	switch c := lx.text[lx.pos]; {
	case c == ')':
		if lx.depth == 0 {
			return lx.strayClose(lx.pos, lx.pos+1)
		}
		lx.depth--
		lx.emit(token{kind: tokenClose}, lx.pos+1)
		return nil
	case c == '(':
		if group, err := lx.opensGroup(); err != nil {
			return err
		} else if group {
			return lx.openGroup()
		}
	case c == '/' && lx.slashes():
		if text, end, ok := delimitedRegexp(lx.text, lx.pos); ok && lx.isBoundary(end) {
			lx.emit(token{kind: tokenPattern, pattern: Regexp, text: text}, end)
			return nil
		}
	case (c == '"' || c == '\'') && lx.quotes():
		if end, ok := delimitedEnd(lx.text, lx.pos); ok && lx.isBoundary(end) && end > lx.pos+2 {
			text, err := unquote(lx.text, lx.pos, end)
			if err != nil {
				return err
			}
			lx.emit(token{kind: tokenPattern, pattern: Literal, text: text, word: lx.mode == RegexpType}, end)
			return nil
		}
	}
	if kind, n := operatorAt(lx.rest()); n > 0 {
		lx.emit(token{kind: kind}, lx.pos+n)
		return nil
	}
	if name, _, n := fieldAt(lx.rest()); n > 0 {
		isHole := lx.mode == StructuralType && strings.HasPrefix(lx.rest()[n-1:], ":[")
		switch known := fieldByName[strings.ToLower(name)]; {
		case known != nil && isHole:
			return fail(Span{lx.pos, lx.pos + n + 1}, "this could be the field "+known.name+": or text followed by a hole",
				"write "+known.name+`:"[…" for the field, or put the whole pattern in content:"…"`)
		case known != nil:
			return lx.fieldToken()
		case isHole:
			return lx.wordToken()
		}
		if err := lx.nearField(name, n); err != nil {
			return err
		}
	}
	return lx.wordToken()
}

func (lx *lexer) openGroup() *Error {
	if lx.depth++; lx.depth > maxDepth {
		return fail(Span{lx.pos, lx.pos + 1}, "groups are nested too deeply", "use at most 100 levels")
	}
	lx.emit(token{kind: tokenOpen}, lx.pos+1)
	return nil
}

// isBoundary says whether a delimited pattern may end at this position: the text ends, or a space
// or the closing parenthesis of a group follows.
func (lx *lexer) isBoundary(at int) bool {
	return at == len(lx.text) || isSpace(lx.text[at]) || lx.text[at] == ')' && lx.depth > 0
}

func (lx *lexer) fieldToken() *Error {
	f, negated, n := knownField(lx.rest())
	head := Span{lx.pos, lx.pos + n}
	written := lx.text[head.Start:head.End]
	if f.refused != "" {
		return fail(head, written+" is not supported: "+f.refused, f.instead)
	}
	if negated && !f.negatable {
		return fail(head, written+" cannot be negated", "write "+f.name+": without the minus")
	}
	value := head.End
	var text string
	var end int
	var err *Error
	switch {
	case value < len(lx.text) && (lx.text[value] == '"' || lx.text[value] == '\''):
		text, end, err = lx.quotedValue(value)
	case f.syntax == callValue && call.MatchString(lx.text[value:]):
		text, end, err = lx.call(value)
	default:
		isRegexp := f.syntax == regexpValue || f.syntax == callValue || f.syntax == patternValue && lx.mode == RegexpType
		text, end, err = lx.word(value, isRegexp)
	}
	if err != nil {
		return err
	}
	if text == "" {
		return fail(head, written+" needs a value, directly after the colon", f.example)
	}
	lx.emit(token{kind: tokenField, field: f, negated: negated, value: Span{value, end}, text: text}, end)
	return nil
}

// quotedValue reads a field's value that starts with a quotation mark.
func (lx *lexer) quotedValue(start int) (string, int, *Error) {
	end, ok := delimitedEnd(lx.text, start)
	if !ok {
		return "", 0, fail(Span{start, len(lx.text)}, "the quotation mark is never closed", "close it with "+lx.text[start:start+1]+"; inside, write \\"+lx.text[start:start+1]+" for a quotation mark")
	}
	if !lx.isBoundary(end) {
		return "", 0, fail(Span{end, end + 1}, "expected a space after the closing quotation mark", "write a space there; inside the quotes, write \\"+lx.text[start:start+1]+" for a quotation mark")
	}
	text, err := unquote(lx.text, start, end)
	return text, end, err
}

// nearField refuses `word:value` if the word is similar to the name of a field. Other words before
// a colon are text. A word of one letter is similar to no field: it is more often part of a text,
// such as a Windows path, than a mistyped f or r.
func (lx *lexer) nearField(name string, n int) *Error {
	_, end, err := lx.word(lx.pos, lx.mode == RegexpType)
	if err != nil || len(name) == 1 || end == lx.pos+n || strings.HasPrefix(lx.text[lx.pos+n:], ":") || strings.HasPrefix(lx.text[lx.pos+n:], "//") {
		return nil // TODO:, std::vector, http://…
	}
	near, ok := nearest(name, fieldNames)
	if !ok {
		return nil
	}
	suggestion := "did you mean " + quote(near) + "?"
	if !lx.scope {
		suggestion += " " + asText(lx.text[lx.pos:end])
	}
	return fail(Span{lx.pos, lx.pos + n}, "unknown field "+quote(name), suggestion)
}

// bareKind returns the kind of a pattern without delimiters.
func (t PatternType) bareKind() PatternKind {
	switch t {
	case RegexpType:
		return Regexp
	case StructuralType:
		return Structural
	default:
		return Literal
	}
}

func (lx *lexer) wordToken() *Error {
	kind := lx.mode.bareKind()
	text, end, err := lx.word(lx.pos, kind == Regexp)
	if err != nil {
		return err
	}
	lx.emit(token{kind: tokenPattern, pattern: kind, text: text, word: true}, end)
	return nil
}

func (lx *lexer) strayClose(at, end int) *Error {
	return fail(Span{at, at + 1}, "this closing parenthesis has no opening parenthesis", lx.parenAsText(lx.text[lx.pos:end]))
}

func (lx *lexer) parenAsText(text string) string {
	switch {
	case lx.scope:
		return "leave it out; to match a parenthesis, write \\)"
	case lx.mode == RegexpType:
		return "to match a parenthesis, write \\( or \\)"
	}
	return asText(text)
}
