package query

import "strings"

type printer struct{ strings.Builder }

func text(n Node) string {
	var p printer
	n.print(&p)
	return p.String()
}

func (q *Query) String() string {
	var p printer
	if q.PatternType == RegexpType {
		p.WriteString("patterntype:regexp ")
	}
	if q.CaseSensitive {
		p.WriteString("case:yes ")
	}
	if q.Expr != nil {
		q.Expr.print(&p)
	}
	return strings.TrimSpace(p.String())
}

func (p *printer) list(nodes []Node, sep string) {
	for i, n := range nodes {
		if i > 0 {
			p.WriteString(sep)
		}
		n.print(p)
	}
}

func (n *And) print(p *printer)      { p.list(n.Nodes, " ") }
func (n *Or) print(p *printer)       { p.list(n.Nodes, " OR ") }
func (n *Not) print(p *printer)      { p.WriteString("-"); n.Node.print(p) }
func (n *Pattern) print(p *printer)  { p.WriteString(n.Text) }
func (n *File) print(p *printer)     { p.WriteString("file:" + n.Regexp) }
func (n *Language) print(p *printer) { p.WriteString("lang:" + n.Name) }
func (n *RepoName) print(p *printer) { p.WriteString("repo:" + n.Regexp) }
func (n *Fork) print(p *printer)     { p.WriteString("fork:") }
func (n *Archived) print(p *printer) { p.WriteString("archived:") }

func (n *And) String() string      { return text(n) }
func (n *Or) String() string       { return text(n) }
func (n *Not) String() string      { return text(n) }
func (n *Pattern) String() string  { return text(n) }
func (n *File) String() string     { return text(n) }
func (n *Language) String() string { return text(n) }
func (n *RepoName) String() string { return text(n) }
func (n *Fork) String() string     { return text(n) }
func (n *Archived) String() string { return text(n) }
