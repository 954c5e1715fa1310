package query

import (
	"regexp"
	"slices"
	"strings"
)

// HasFile is a condition on the files of a repository. It holds if at least one file has both a
// path that matches Path and content that matches Content. An empty Path or Content matches
// everything. At most one of them is empty.
type HasFile struct {
	Path, Content string
	At            Span
}

// A Predicate is a condition on a repository: that HasFile holds or, with Not, that it does not
// hold.
type Predicate struct {
	Not bool
	HasFile
}

func (p *Predicate) node() Node {
	if p.Not {
		return &Not{Node: &p.HasFile, At: p.At}
	}
	return &p.HasFile
}

// String returns the predicate's canonical text.
func (p Predicate) String() string { return p.node().String() }

// asPredicate returns the predicate that n stands for, if n is a HasFile or the NOT of one.
func asPredicate(n Node) (Predicate, bool) {
	inner, negated := n, false
	if not, ok := n.(*Not); ok {
		inner, negated = not.Node, true
	}
	if f, ok := inner.(*HasFile); ok {
		return Predicate{Not: negated, HasFile: *f}, true
	}
	return Predicate{}, false
}

func (n *HasFile) Span() Span     { return n.At }
func (n *HasFile) String() string { return text(n) }

func (n *HasFile) print(p *printer) {
	bare := n.notation(func(re string) string { return re })
	// A quotation mark in an unquoted argument could pair with one later in the query.
	if !strings.ContainsAny(bare, "\"'") && n.isReadFrom(bare) {
		p.WriteString(bare)
		return
	}
	p.WriteString(n.notation(quote))
}

func (n *HasFile) notation(argument func(re string) string) string {
	switch {
	case n.Content == "":
		return "repo:has.path(" + argument(n.Path) + ")"
	case n.Path == "":
		return "repo:has.content(" + argument(n.Content) + ")"
	default:
		return "repo:has.file(path:" + argument(n.Path) + " content:" + argument(n.Content) + ")"
	}
}

// isReadFrom says whether parsing text gives an equal condition.
func (n *HasFile) isReadFrom(text string) bool {
	tokens, err := lex(text, StandardType)
	if err != nil || len(tokens) != 1 || tokens[0].kind != tokenField {
		return false
	}
	again, err := hasFileOf(tokens[0])
	if err != nil {
		return false
	}
	return again.Path == n.Path && again.Content == n.Content
}

// call matches the start of a value that is a call, such as `has.path(`.
var call = regexp.MustCompile(`^([a-z]+)(\.[a-z.]+)?\(`)

// hasFileArguments maps each supported call to the names of its arguments. The key is the part of
// the call after `has` or `contains`. The name "" stands for an argument without a name.
var hasFileArguments = map[string][]string{
	".path":    {""},
	".content": {""},
	".file":    {"path", "content"},
}

// isHas says whether name starts a condition on files: has and contains mean the same.
func isHas(name string) bool { return name == "has" || name == "contains" }

// refuseHas refuses a call such as file:has.content(…), which would otherwise be read as a regular
// expression.
func refuseHas(t token, instead string) *Error {
	m := call.FindStringSubmatch(t.text)
	if m == nil || !isHas(m[1]) {
		return nil
	}
	return fail(t.value, t.field.name+":"+strings.TrimSuffix(m[0], "(")+"(…) is not supported yet", instead)
}

// call reads a call that starts at start, and returns its text and its end. Parentheses in the call
// must balance; those that are escaped, quoted or in a character class do not count.
func (lx *lexer) call(start int) (string, int, *Error) {
	head := call.FindString(lx.text[start:])
	open, i := 1, start+len(head)
	for ; i < len(lx.text) && open > 0; i++ {
		switch c := lx.text[i]; c {
		case '\\':
			i++
		case '[':
			i = classEnd(lx.text, i)
		case '"', '\'':
			if before := lx.text[i-1]; before == '(' || before == ':' || isSpace(before) {
				if end, ok := delimitedEnd(lx.text, i); ok {
					i = end - 1
				}
			}
		case '(':
			open++
		case ')':
			open--
		}
	}
	if open > 0 {
		return "", 0, fail(Span{start, len(lx.text)}, head+" is never closed", `write ) at its end; inside, write \( to match a parenthesis`)
	}
	if !lx.isBoundary(i) {
		return "", 0, fail(Span{i, i + 1}, "expected a space after "+head+"…)", `write a space there; to match such a name, write has\.…`)
	}
	return lx.text[start:i], i, nil
}

// hasFileOf parses a call that is listed in hasFileArguments.
func hasFileOf(t token) (*HasFile, *Error) {
	m := call.FindStringSubmatch(t.text)
	written := m[1] + m[2]
	if !strings.HasSuffix(t.text, ")") {
		return nil, fail(t.value, written+"( is never closed", "write ) at its end")
	}
	arguments := strings.TrimSpace(t.text[len(m[0]) : len(t.text)-1])
	if hasFileArguments[m[2]][0] != "" {
		return namedArguments(t, written, arguments)
	}
	value, rest, err := argument(t, arguments, false)
	if err != nil {
		return nil, err
	}
	if rest != "" || value == "" {
		return nil, fail(t.value, "repo:"+written+"(…) needs one regular expression", "write it as in repo:"+written+"(go)")
	}
	re, err := plainRegexp(value, "(?i)", t.value)
	if m[2] == ".path" {
		return &HasFile{Path: re, At: t.at}, err
	}
	return &HasFile{Content: re, At: t.at}, err
}

// namedArguments parses the arguments of has.file(…).
func namedArguments(t token, written, rest string) (*HasFile, *Error) {
	n := &HasFile{At: t.at}
	example := "write it as in repo:" + written + "(path:go.mod content:acme)"
	for rest != "" {
		name, value, found := strings.Cut(rest, ":")
		to := &n.Path
		if strings.EqualFold(name, "content") {
			to = &n.Content
		}
		if !found || !slices.Contains([]string{"content", "path", "file"}, strings.ToLower(name)) || *to != "" {
			return nil, fail(t.value, "repo:"+written+"(…) takes path: and content:, each once", example)
		}
		value, after, err := argument(t, value, true)
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, fail(t.value, name+": needs a value, directly after the colon", example)
		}
		if *to, err = plainRegexp(value, "(?i)", t.value); err != nil {
			return nil, err
		}
		rest = after
	}
	if n.Path == "" && n.Content == "" {
		return nil, fail(t.value, "repo:"+written+"(…) needs path: or content:", example)
	}
	return n, nil
}

// argument reads a regular expression at the start of text, and returns it and the text after it. A
// quoted expression ends at its closing quotation mark. An unquoted expression ends at white space
// outside parentheses if the flag `several` is set, else at the end of text.
func argument(t token, text string, several bool) (value, rest string, err *Error) {
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		end, ok := delimitedEnd(text, 0)
		if !ok {
			return "", "", fail(t.value, "the quotation mark is never closed", "close it with "+text[:1])
		}
		if value, err = unquote(text, 0, end); err != nil {
			err.Span = t.value
		}
		return value, strings.TrimLeft(text[end:], " \t\n\v\f\r"), err
	}
	if !several {
		return text, "", nil
	}
	end, _, _ := (&lexer{text: text}).scan(0, true, true)
	return text[:end], strings.TrimLeft(text[end:], " \t\n\v\f\r"), nil
}
