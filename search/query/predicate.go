package query

import (
	"regexp"
	"strings"
)

// HasFile holds for a repository that has, in one file, a path that matches one
// regular expression and content that matches the other. One of them may be empty,
// and then matches anything.
type HasFile struct {
	Path, Content string
	At            Span
}

// A Predicate is a condition on the files of a repository: that it has such a file
// or, with Not, that it has none.
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

// String is the predicate's canonical text.
func (p Predicate) String() string { return p.node().String() }

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
	if !strings.ContainsAny(bare, "\"'") && n.isReadFrom(bare) { // a mark could end at another one behind the predicate
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

// isReadFrom says whether text is read back as the same predicate.
func (n *HasFile) isReadFrom(text string) bool {
	tokens, err := lex(text, StandardType)
	if err != nil || len(tokens) != 1 || tokens[0].kind != tokenField {
		return false
	}
	again, err := predicateOf(tokens[0])
	if err != nil {
		return false
	}
	f := again.(*HasFile)
	return f.Path == n.Path && f.Content == n.Content
}

// predicateParts is the predicates on files, and what their parts are called:
// "" for a part without a name.
var predicateParts = map[string][]string{
	".path":    {""},
	".content": {""},
	".file":    {"path", "content"},
}

// predicate reads name.name(…), a value in which parentheses balance as in a
// regular expression.
func (lx *lexer) predicate(start int) (string, int, *Error) {
	head := predicate.FindString(lx.text[start:])
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

// predicateOf makes a node of a value that predicateParts has.
func predicateOf(t token) (Node, *Error) {
	m := predicate.FindStringSubmatch(t.text)
	names := predicateParts[m[2]]
	n := &HasFile{At: t.at}
	written := m[1] + m[2]
	if !strings.HasSuffix(t.text, ")") {
		return nil, fail(t.value, written+"( is never closed", "write ) at its end")
	}
	rest := strings.TrimSpace(t.text[len(m[0]) : len(t.text)-1])
	if names[0] == "" {
		value, after, err := part(t, rest, false)
		if err != nil {
			return nil, err
		}
		if after != "" || value == "" {
			return nil, fail(t.value, "repo:"+written+"(…) needs one regular expression", "write it as in repo:"+written+"(go)")
		}
		re, err := plainRegexp(value, "(?i)", t.value)
		if m[2] == ".path" {
			n.Path = re
		} else {
			n.Content = re
		}
		return n, err
	}
	for rest != "" {
		name, value, found := strings.Cut(rest, ":")
		to := &n.Path
		if strings.EqualFold(name, "content") {
			to = &n.Content
		}
		if !found || !strings.EqualFold(name, "content") && !strings.EqualFold(name, "path") && !strings.EqualFold(name, "file") || *to != "" {
			return nil, fail(t.value, "repo:"+written+"(…) takes path: and content:, each once", "write it as in repo:"+written+"(path:go.mod content:acme)")
		}
		value, rest2, err := part(t, value, true)
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, fail(t.value, name+": needs a value, directly after the colon", "write it as in repo:"+written+"(path:go.mod content:acme)")
		}
		if *to, err = plainRegexp(value, "(?i)", t.value); err != nil {
			return nil, err
		}
		rest = rest2
	}
	if n.Path == "" && n.Content == "" {
		return nil, fail(t.value, "repo:"+written+"(…) needs path: or content:", "write it as in repo:"+written+"(path:go.mod content:acme)")
	}
	return n, nil
}

// part reads a regular expression at the start of rest: in quotation marks, to
// white space if it is one of several, or to the end.
func part(t token, rest string, several bool) (value, after string, err *Error) {
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		end, ok := delimitedEnd(rest, 0)
		if !ok {
			return "", "", fail(t.value, "the quotation mark is never closed", "close it with "+rest[:1])
		}
		if value, err = unquote(rest, 0, end); err != nil {
			err.Span = t.value
		}
		return value, strings.TrimLeft(rest[end:], " \t\n\v\f\r"), err
	}
	if !several {
		return rest, "", nil
	}
	end, _, _ := (&lexer{text: rest}).scan(0, true, true)
	return rest[:end], strings.TrimLeft(rest[end:], " \t\n\v\f\r"), nil
}

var predicate = regexp.MustCompile(`^([a-z]+)(\.[a-z.]+)?\(`)
