package query

import (
	"strconv"
	"strings"
)

// printer writes canonical text.
type printer struct{ strings.Builder }

func text(n Node) string {
	var p printer
	n.print(&p)
	return p.String()
}

// String is the query's canonical text: settings first, defaults left out, then
// the scope, then filters on files, then patterns. Parse of it gives an equal
// query, and queries that differ in notation only have the same text.
func (q *Query) String() string {
	var parts []string
	add := func(field, value string) { parts = append(parts, field+":"+value) }
	if q.PatternType != StandardType {
		add("patterntype", patternTypes[q.PatternType])
	}
	if q.CaseSensitive {
		add("case", "yes")
	}
	if q.Type != TypeFile {
		add("type", typeWords[q.Type])
	}
	if q.Select != SelectContent {
		add("select", selectWords[q.Select])
	}
	if q.Count > 0 {
		add("count", strconv.FormatInt(q.Count, 10))
	}
	if q.Timeout > 0 {
		add("timeout", q.Timeout.String())
	}
	nodes := len(q.predicates)
	for _, n := range []Node{q.scope.Expr, q.Expr} {
		if n != nil {
			nodes++
		}
	}
	all := []Node{q.scope.Expr}
	for _, p := range q.predicates {
		all = append(all, p.node())
	}
	for _, n := range append(all, q.Expr) {
		if n == nil {
			continue
		}
		s := n.String()
		if _, ok := n.(*Or); ok && len(parts)+nodes > 1 {
			s = "(" + s + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// String is the scope's canonical text; empty for the scope of all repositories.
func (s *Scope) String() string {
	if s.Expr == nil {
		return ""
	}
	return s.Expr.String()
}

// isFilter says that a space is enough to AND a node to the one before or after.
func isFilter(n Node) bool {
	if not, ok := n.(*Not); ok {
		n = not.Node
	}
	switch n.(type) {
	case *File, *Language, *RepoName, *Fork, *Archived, *HasFile, *CommitText, *CommitTime, *setting:
		return true
	}
	return false
}

func (n *And) print(p *printer) {
	for i, c := range n.Nodes {
		switch {
		case i == 0:
		case isFilter(c) || isFilter(n.Nodes[i-1]):
			p.WriteString(" ")
		default:
			p.WriteString(" AND ")
		}
		p.operand(c)
	}
}

func (n *Or) print(p *printer) {
	for i, c := range n.Nodes {
		if i > 0 {
			p.WriteString(" OR ")
		}
		p.operand(c)
	}
}

// operand writes a node so that it holds together.
func (p *printer) operand(n Node) {
	switch n.(type) {
	case *And, *Or:
		p.WriteString("(")
		n.print(p)
		p.WriteString(")")
	default:
		n.print(p)
	}
}

func (n *Not) print(p *printer) {
	if isFilter(n.Node) && !includes(n.Node) {
		p.WriteString("-")
		n.Node.print(p)
		return
	}
	p.WriteString("NOT ")
	if pattern, ok := n.Node.(*Pattern); ok && strings.Contains(pattern.Text, " ") {
		p.delimited(pattern) // of bare words, NOT would take the first only
		return
	}
	p.operand(n.Node)
}

// includes says whether n is fork:, archived:, before: or after:, which take no
// minus.
func includes(n Node) bool {
	switch n.(type) {
	case *Fork, *Archived, *CommitTime:
		return true
	}
	return false
}

func (n *File) print(p *printer)     { p.field("file", n.Regexp) }
func (n *RepoName) print(p *printer) { p.field("repo", n.Regexp) }
func (n *Language) print(p *printer) { p.field("lang", n.Name) }
func (n *Fork) print(p *printer)     { p.field("fork", inclusions[n.Value]) }
func (n *Archived) print(p *printer) { p.field("archived", inclusions[n.Value]) }

// field writes a field, with quotation marks if its value would not be read back
// without.
func (p *printer) field(name, value string) {
	bare := name + ":" + value
	tokens, err := lex(bare, StandardType)
	if err != nil || len(tokens) != 1 || tokens[0].text != value || strings.ContainsAny(value[:1], `"'`) {
		bare = name + ":" + quote(value)
	}
	p.WriteString(bare)
}

func (n *Pattern) print(p *printer) {
	if n.isBare() {
		p.WriteString(n.Text)
		return
	}
	p.delimited(n)
}

// delimited writes a pattern with a mark before and after its text.
func (p *printer) delimited(n *Pattern) {
	switch {
	case n.Kind == Regexp:
		p.WriteString(slash(n.Text))
	case n.mode == RegexpType || n.mode == KeywordType:
		p.WriteString(quote(n.Text))
	default:
		p.WriteString("content:" + quote(n.Text))
	}
}

// isBare says whether the pattern's text, written as it is, is read back as the
// same pattern wherever it stands.
func (n *Pattern) isBare() bool {
	if (n.Kind == Regexp) != (n.mode == RegexpType) {
		return false
	}
	if n.mode == KeywordType && strings.Contains(n.Text, " ") {
		return false
	}
	open := 0
	for i := 0; i < len(n.Text); i++ {
		switch c := n.Text[i]; {
		case c == '\\' && n.Kind == Regexp && i+1 < len(n.Text) && !isSpace(n.Text[i+1]):
			i++
		case isSpace(c) && (c != ' ' || n.Kind == Regexp || open > 0):
			return false
		case strings.IndexByte(`/"'`, c) >= 0 && (i == 0 || n.Text[i-1] == ' '):
			return false // would start a delimited pattern, perhaps a longer one
		case c == '(' && n.Kind != Regexp && (i == 0 || n.Text[i-1] == ' '):
			return false // could become a group among other words
		case c == '(':
			open++
		case c == ')':
			if open--; open < 0 {
				return false
			}
		}
	}
	if open != 0 {
		return false
	}
	tokens, err := lex(n.Text, n.mode)
	if err != nil {
		return false
	}
	words := make([]string, len(tokens))
	for i, t := range tokens {
		if t.kind != tokenPattern || t.pattern != n.Kind {
			return false
		}
		words[i] = t.text
	}
	if n.Kind == Regexp && len(words) != 1 {
		return false
	}
	return strings.Join(words, " ") == n.Text
}

func (n *And) String() string      { return text(n) }
func (n *Or) String() string       { return text(n) }
func (n *Not) String() string      { return text(n) }
func (n *Pattern) String() string  { return text(n) }
func (n *File) String() string     { return text(n) }
func (n *Language) String() string { return text(n) }
func (n *RepoName) String() string { return text(n) }
func (n *Fork) String() string     { return text(n) }
func (n *Archived) String() string { return text(n) }
