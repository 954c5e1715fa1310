package query

import (
	"slices"
	"strings"
)

// A field describes one `name:value` of the language. The table in table.go has an entry for each
// field.
type field struct {
	name      string   // canonical
	aliases   []string // other names
	negatable bool     // may be written -name:
	syntax    valueSyntax
	words     []string // the values, for a field whose values are fixed words
	example   string   // suggestion for the error about a missing or unknown value

	// A field has exactly one of value, node and set, unless the language refuses it.

	// value parses the value of a filter and returns its canonical form; the node is a *Filter.
	value func(t token) (string, *Error)
	// node parses a field whose node is not always a *Filter.
	node func(p *parser, t token) (Node, *Error)
	// set stores the value of a setting, which applies to the whole query.
	set func(q *Query, t token) *Error

	// show returns the canonical value of a setting, or "" if q has the default. Settings are
	// printed in the order of the table.
	show func(q *Query) string
	// order is the position of a filter among the filters of an AND in canonical text. Filters of
	// equal order are sorted by their text.
	order int
	// commits says that the filter needs type:commit or type:diff.
	commits bool
	// accepts returns the condition on repositories that a value stands for. It is nil for a field
	// that is not a filter on repositories.
	accepts func(value string) func(repository) bool

	refused string // why this field of Sourcegraph's is not supported; empty if it is supported
	instead string // what to write instead of an unsupported field
}

// valueSyntax says where a value without quotation marks ends.
type valueSyntax int

const (
	// The zero value: the value ends at white space outside parentheses.
	_ valueSyntax = iota
	// regexpValue is a regular expression. White space inside parentheses or a character class, or
	// after a backslash, does not end it.
	regexpValue
	// callValue is a regular expression, or a call such as has.path(…).
	callValue
	// patternValue is a pattern in the query's pattern type.
	patternValue
)

// isSetting says whether the field applies to the whole query.
func (f *field) isSetting() bool { return f.set != nil }

// isPattern says whether the field is another notation for a pattern.
func (f *field) isPattern() bool { return f.syntax == patternValue }

// forRepositories says whether the field is a filter on repositories.
func (f *field) forRepositories() bool { return f.accepts != nil }

// notations returns how the field can be written: `name:`, and `-name:` if it can be negated.
func (f *field) notations() []string {
	if f.negatable {
		return []string{f.name + ":", "-" + f.name + ":"}
	}
	return []string{f.name + ":"}
}

// Filters returns the names of the filters on files and commits that a [Filter] in [Query.Expr] can
// have. Package match has a compile step for each.
func Filters() []string {
	var names []string
	for _, f := range fields {
		if f.value != nil && !f.forRepositories() {
			names = append(names, f.name)
		}
	}
	return names
}

// fieldNames has every name and alias of a supported field.
var fieldNames = func() []string {
	var names []string
	for _, f := range fields {
		if f.refused == "" {
			names = append(append(names, f.name), f.aliases...)
		}
	}
	return names
}()

// fieldByName has the fields by name and alias.
var fieldByName = func() map[string]*field {
	m := map[string]*field{}
	for i := range fields {
		for _, name := range slices.Concat([]string{fields[i].name}, fields[i].aliases) {
			m[name] = &fields[i]
		}
	}
	return m
}()

// fieldAt reads `name:` or `-name:` at the start of text. It returns the name as written, whether
// a minus precedes it, and the length including the colon. The length is 0 if text does not start
// with a name and a colon.
func fieldAt(text string) (name string, negated bool, length int) {
	i := 0
	if strings.HasPrefix(text, "-") {
		negated, i = true, 1
	}
	start := i
	for i < len(text) && (text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z') {
		i++
	}
	if i == start || i == len(text) || text[i] != ':' {
		return "", false, 0
	}
	return text[start:i], negated, i + 1
}

// knownField is like fieldAt, but returns length 0 for a name that is not in the table.
func knownField(text string) (f *field, negated bool, length int) {
	name, negated, length := fieldAt(text)
	f = fieldByName[strings.ToLower(name)]
	if length == 0 || f == nil {
		return nil, false, 0
	}
	return f, negated, length
}

// operatorAt reads a boolean operator, in upper or lower case, at the start of text. It returns
// length 0 unless the operator is a whole word.
func operatorAt(text string) (kind tokenKind, length int) {
	for _, op := range [...]struct {
		word string
		kind tokenKind
	}{{"and", tokenAnd}, {"or", tokenOr}, {"not", tokenNot}} {
		n := len(op.word)
		if len(text) >= n && strings.EqualFold(text[:n], op.word) && (len(text) == n || isSpace(text[n]) || text[n] == '(' || text[n] == ')') {
			return op.kind, n
		}
	}
	return 0, 0
}
