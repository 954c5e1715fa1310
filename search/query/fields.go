package query

import "strings"

// A field is a word before a colon.
type field struct {
	name    string // canonical
	aliases []string
	negates bool   // may be written -field:
	refused string // why the language has it not, and ...
	instead string // ... what to write; both empty for a field that works
}

// isRegexp says that the field's value is a regular expression, so that
// parentheses, classes and escapes in it do not end it.
func (f *field) isRegexp() bool {
	switch f.name {
	case "repo", "file", "repohasfile", "author", "committer", "message":
		return true
	}
	return false
}

const scopeInstead = "choose repositories by name, with repo:"

// fields is every field of the language, and Sourcegraph's others, so that none
// of those is ever taken for text.
var fields = []field{
	{name: "content", negates: true},
	{name: "case"},
	{name: "file", aliases: []string{"f", "path"}, negates: true},
	{name: "lang", aliases: []string{"language", "l"}, negates: true},
	{name: "select"},
	{name: "type"},
	{name: "count"},
	{name: "timeout"},
	{name: "patterntype"},
	{name: "repo", aliases: []string{"r"}, negates: true},
	{name: "fork"},
	{name: "archived"},
	{name: "repohasfile", negates: true},
	{name: "author", negates: true},
	{name: "committer", negates: true},
	{name: "before", aliases: []string{"until"}},
	{name: "after", aliases: []string{"since"}},
	{name: "message", aliases: []string{"msg", "m"}, negates: true},

	{name: "rev", aliases: []string{"revision"}, refused: "a series follows the default branch through its history", instead: "leave it out; backsight history --rev searches another branch"},
	{name: "context", negates: true, refused: "search contexts are not part of a series query", instead: scopeInstead},
	{name: "repogroup", aliases: []string{"g"}, negates: true, refused: "repository groups are not supported", instead: scopeInstead},
	{name: "repohascommitafter", refused: "choosing repositories by their commits is not supported", instead: scopeInstead},
	{name: "visibility", refused: "choosing repositories by visibility is not supported", instead: scopeInstead},
	{name: "index", refused: "every search is exact, with or without an index", instead: "leave it out"},
	{name: "stable", refused: "every search gives the same answer each time", instead: "leave it out"},
	{name: "rule", refused: "structural search has no rules", instead: "leave it out; holes of one name match equal text, as in :[x] == :[x]"},
}

// fieldNames is every name and alias of a field that works.
var fieldNames = func() []string {
	var names []string
	for _, f := range fields {
		if f.refused == "" {
			names = append(append(names, f.name), f.aliases...)
		}
	}
	return names
}()

var fieldByName = func() map[string]*field {
	m := map[string]*field{}
	for i := range fields {
		m[fields[i].name] = &fields[i]
		for _, a := range fields[i].aliases {
			m[a] = &fields[i]
		}
	}
	return m
}()

// fieldAt looks for `name:` or `-name:` at the start of text. It returns the
// name as written, whether a minus precedes it, and the length up to and with
// the colon; length 0 means that there is none.
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

// knownField is fieldAt for names that the language knows.
func knownField(text string) (f *field, negated bool, length int) {
	name, negated, length := fieldAt(text)
	f = fieldByName[strings.ToLower(name)]
	if length == 0 || f == nil {
		return nil, false, 0
	}
	return f, negated, length
}

// operatorAt looks for a boolean operator, in any case, that stands as a word of
// its own at the start of text.
func operatorAt(text string) (tokenKind, int) {
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
