package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxLength limits a query's text, in bytes, and with it the cost of parsing. Lists of some ten
// thousand words fit.
const MaxLength = 256 << 10

// Parse parses a series query. A non-nil error is always an *Error.
func Parse(text string) (*Query, error) { return parse(text, false) }

// parse parses a query. With wholeFiles, the query needs neither a pattern nor a filter on files.
func parse(text string, wholeFiles bool) (*Query, error) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	tokens, mode, err := lexInItsType(text)
	if err != nil {
		return nil, err
	}
	if len(tokens) == 0 {
		return nil, fail(Span{0, len(text)}, "the query is empty", "write what to search for, such as TODO")
	}
	p := &parser{tokens: tokens, mode: mode, end: len(text)}
	root, err := p.query()
	if err != nil {
		return nil, err
	}
	q := &Query{PatternType: mode, scope: &Scope{}}
	expr, err := q.settle(root)
	if err != nil {
		return nil, err
	}
	if err := q.divide(normal(expr)); err != nil {
		return nil, err
	}
	if err := q.check(text, wholeFiles); err != nil {
		return nil, err
	}
	// The canonical text is stored, and parsed again. It is less than 16 times as long as `text`.
	if len(text) > MaxLength/16 && len(q.String()) > MaxLength {
		return nil, fail(q.whole, fmt.Sprintf("the query is longer than %d bytes in its canonical text", MaxLength), "shorten it, for example with a regular expression, or make several series")
	}
	return q, nil
}

// ParseFilters is like Parse, but accepts a text without a pattern and without a filter on files,
// such as the empty text, as a query that holds for every file. Use it where whole files are
// counted. It accepts patterns, too; CheckByLanguage refuses them.
func ParseFilters(text string) (*Query, error) {
	if strings.TrimSpace(text) == "" {
		return &Query{scope: &Scope{}}, nil
	}
	return parse(text, true)
}

// ParseScope parses a repository scope: repo:, -repo:, fork: and archived: filters, combined with
// boolean operators. The empty text is the scope of all repositories. A non-nil error is always an
// *Error.
func ParseScope(text string) (*Scope, error) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	tokens, err := (&lexer{text: text, mode: StandardType, scope: true}).all()
	if err != nil {
		return nil, err
	}
	if len(tokens) == 0 {
		return &Scope{}, nil
	}
	for _, t := range tokens {
		if err := scopeToken(t); err != nil {
			return nil, err
		}
	}
	p := &parser{tokens: tokens, scope: true, end: len(text)}
	root, err := p.query()
	if err != nil {
		return nil, err
	}
	return newScope(normal(root)), nil
}

// scopeToken refuses a token that cannot be part of a scope.
func scopeToken(t token) *Error {
	switch {
	case t.kind == tokenPattern:
		return fail(t.at, "a repository scope can contain filters only, not text to search for", "did you mean repo:"+t.text+"?")
	case t.kind == tokenField && !t.field.forRepositories():
		var notations []string
		for _, f := range fields {
			if f.forRepositories() {
				notations = append(notations, f.notations()...)
			}
		}
		return fail(t.at, t.field.name+": cannot be used in a repository scope; expected "+oneOf(notations), "move it to the series' query")
	}
	return nil
}

// checkText refuses texts that cannot be stored or would be too expensive to parse.
func checkText(text string) *Error {
	if len(text) > MaxLength {
		return fail(Span{MaxLength, len(text)}, fmt.Sprintf("the text is longer than %d bytes", MaxLength), "shorten it, for example with a regular expression, or make several series")
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return fail(Span{i, i + 1}, "the text contains a NUL byte", `leave it out; a regular expression matches it as \x00`)
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return fail(Span{i, i + 1}, "the text is not valid UTF-8 here", "write it in UTF-8")
			}
		}
	}
	return nil
}

// lexInItsType splits text into tokens according to the pattern type that the text itself names. It
// splits the text once for each candidate type. It accepts the result for a type if the result has
// patterntype: tokens and all of them name that type; it also accepts the result for the standard
// type if that has no such token. So patterntype:regexp inside a quoted pattern is text. It refuses
// the text unless it accepts exactly one result.
func lexInItsType(text string) ([]token, PatternType, *Error) {
	type reading struct {
		tokens []token
		mode   PatternType
	}
	var fits []reading
	var first *Error
	for _, mode := range candidateTypes(text) {
		tokens, err := lex(text, mode)
		if err == nil {
			var says []PatternType
			if says, err = typesSaid(tokens); err == nil && typeFits(mode, says) {
				fits = append(fits, reading{tokens, mode})
			}
		}
		if err != nil && (first == nil || mode != StandardType) {
			first = err
		}
	}
	switch {
	case len(fits) == 1:
		return fits[0].tokens, fits[0].mode, nil
	case len(fits) == 0 && first != nil:
		return nil, 0, first
	default:
		at := typeMentioned(text)
		return nil, 0, fail(at, "the query names more than one pattern type, or names one where it could be text",
			"write patterntype: once, at the start of the query")
	}
}

// candidateTypes returns the standard type and every type that text names after patterntype:, even
// inside a pattern.
func candidateTypes(text string) []PatternType {
	types := []PatternType{StandardType}
	lower := strings.ToLower(text)
	for i, name := range patternTypes {
		if PatternType(i) != StandardType && (strings.Contains(lower, "patterntype:"+name) || strings.Contains(lower, "patterntype:\""+name) || strings.Contains(lower, "patterntype:'"+name)) {
			types = append(types, PatternType(i))
		}
	}
	return types
}

// typesSaid returns the values of the patterntype: fields in tokens.
func typesSaid(tokens []token) ([]PatternType, *Error) {
	var said []PatternType
	for _, t := range tokens {
		if t.kind == tokenField && t.field.name == "patterntype" {
			mode, err := patternTypeOf(t)
			if err != nil {
				return nil, err
			}
			said = append(said, mode)
		}
	}
	return said, nil
}

func typeFits(mode PatternType, said []PatternType) bool {
	if len(said) == 0 {
		return mode == StandardType
	}
	for _, s := range said {
		if s != mode {
			return false
		}
	}
	return true
}

func typeMentioned(text string) Span {
	const word = "patterntype:"
	lower := strings.ToLower(text)
	at := strings.LastIndex(lower, word)
	return Span{max(at, 0), max(at, 0) + len(word)}
}
