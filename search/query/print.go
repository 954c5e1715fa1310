package query

import (
	"strings"
)

// A printer writes canonical text.
type printer struct{ strings.Builder }

func text(n Node) string {
	var p printer
	n.print(&p)
	return p.String()
}

// String returns the query's canonical text: settings that differ from their defaults, then the
// scope, then the predicates, then filters on files and commits, then patterns. Parse returns an
// equal query for it, and ParseFilters does if q is a result of ParseFilters. Queries with the same
// pattern type have the same canonical text if they differ only in aliases, defaults, repetitions,
// the order of filters, or superfluous parentheses and white space.
func (q *Query) String() string {
	var parts []string
	for _, f := range fields {
		if f.show != nil {
			if value := f.show(q); value != "" {
				parts = append(parts, f.name+":"+value)
			}
		}
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

// String returns the scope's canonical text, which is empty for the scope of all repositories.
func (s *Scope) String() string {
	if s.Expr == nil {
		return ""
	}
	return s.Expr.String()
}

// isFilter says whether n is a filter or the NOT of one. A space is enough to AND a filter to its
// neighbours.
func isFilter(n Node) bool {
	if not, ok := n.(*Not); ok {
		n = not.Node
	}
	switch n.(type) {
	case *Filter, *HasFile, *setting:
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

// operand writes a node, in parentheses if it is an And or an Or.
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
	if f, ok := n.Node.(*Filter); isFilter(n.Node) && (!ok || fieldByName[f.Name].negatable) {
		p.WriteString("-")
		n.Node.print(p)
		return
	}
	p.WriteString("NOT ")
	if pattern, ok := n.Node.(*Pattern); ok && strings.Contains(pattern.Text, " ") {
		p.delimited(pattern) // NOT applies only to the first of several bare words
		return
	}
	p.operand(n.Node)
}

// field writes a field. It puts the value in quotation marks if Parse would read the bare value
// differently.
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

// delimited writes a pattern between delimiters.
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

// isBare says whether Parse reads the pattern's text without delimiters as the same pattern,
// wherever in a query it is written.
func (n *Pattern) isBare() bool {
	if (n.Kind == Regexp) != (n.mode == RegexpType) {
		return false
	}
	if n.mode == KeywordType && strings.Contains(n.Text, " ") {
		return false
	}
	if n.Text == `\` {
		return false // Parse refuses it
	}
	open := 0
	for i := 0; i < len(n.Text); i++ {
		switch c := n.Text[i]; {
		case c == '\\' && n.Kind == Regexp && i+1 < len(n.Text) && !isSpace(n.Text[i+1]):
			i++
		case isSpace(c) && (c != ' ' || n.Kind == Regexp || open > 0):
			return false
		case strings.IndexByte(`/"'`, c) >= 0 && (i == 0 || n.Text[i-1] == ' '):
			return false // would start a delimited pattern, which could extend beyond the text
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

func (n *And) String() string     { return text(n) }
func (n *Or) String() string      { return text(n) }
func (n *Not) String() string     { return text(n) }
func (n *Pattern) String() string { return text(n) }
