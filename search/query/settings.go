package query

import "strings"

// setting is a field that applies to the whole query. It is in the tree only during parsing.
type setting struct{ token token }

func (n *setting) Span() Span       { return n.token.at }
func (n *setting) String() string   { return n.token.field.name + ":" + n.token.text }
func (n *setting) print(p *printer) { p.WriteString(n.String()) }

// settle removes the settings from the tree and stores their values in q. It refuses a setting that
// is given twice, or that is under OR or NOT.
func (q *Query) settle(n Node) (Node, *Error) {
	seen := map[string]bool{}
	var take func(n Node, whole bool) (Node, *Error)
	takeAll := func(nodes []Node, whole bool) ([]Node, *Error) {
		var kept []Node
		for _, c := range nodes {
			c, err := take(c, whole)
			if err != nil {
				return nil, err
			}
			if c != nil {
				kept = append(kept, c)
			}
		}
		return kept, nil
	}
	take = func(n Node, whole bool) (Node, *Error) {
		switch n := n.(type) {
		case *And:
			kept, err := takeAll(n.Nodes, whole)
			return and(kept), err
		case *Or:
			kept, err := takeAll(n.Nodes, false)
			return &Or{Nodes: kept, At: n.At}, err
		case *Not:
			inner, err := take(n.Node, false)
			return &Not{Node: inner, At: n.At}, err
		case *setting:
			name := n.token.field.name
			if !whole {
				return nil, fail(n.token.at, name+": applies to the whole query, so it cannot be under OR or NOT", "write it at the start of the query")
			}
			if seen[name] {
				return nil, fail(n.token.at, name+": is given twice", "leave one of them out")
			}
			seen[name] = true
			return nil, n.token.field.set(q, n.token)
		default:
			return n, nil
		}
	}
	return take(n, true)
}

// check refuses settings and filters that contradict the rest of the query. Unless wholeFiles is
// set, it also refuses a query that has nothing to search for.
func (q *Query) check(text string, wholeFiles bool) *Error {
	q.whole = Span{0, len(text)}
	if err := q.checkKind(); err != nil {
		return err
	}
	if q.PatternType == StructuralType {
		switch {
		case q.Type != TypeFile:
			return fail(q.whole, "a structural pattern can only be searched in the content of files", "leave type: out; use patterntype:regexp to search in paths")
		case q.caseInsensitive:
			return fail(q.whole, "a structural pattern is always case-sensitive, so case:no has no effect", "leave case: out, or use patterntype:regexp")
		}
	}
	if !wholeFiles && q.Expr == nil && q.Type == TypeFile && q.Select == SelectContent {
		return fail(q.whole, "the query has nothing to search for", "add a pattern, such as TODO; to count files, add select:file; to count repositories, add select:repo")
	}
	return nil
}

// checkKind refuses settings and filters that do not apply to what the query searches.
func (q *Query) checkKind() *Error {
	const needsCommits = " needs type:commit or type:diff, and this query searches files"
	switch {
	case strings.HasPrefix(q.selected, "commit.") && q.Type != TypeDiff:
		return fail(q.selectAt, "select:"+q.selected+" needs type:diff", "write type:diff, or leave select: out")
	case q.selected == "commit" && q.Kind() == Files:
		return fail(q.selectAt, "select:commit"+needsCommits, "add type:commit, or leave select: out")
	}
	if q.Kind() == Files {
		for leaf := range leaves(q.Expr) {
			if f, ok := leaf.(*Filter); ok && fieldByName[f.Name].commits {
				return fail(f.At, f.Name+":"+needsCommits, "add type:commit, or leave "+f.Name+": out")
			}
		}
		return nil
	}
	if q.Select == SelectFile {
		return fail(q.typeAt, "a query that searches commits has no files to select", "leave select: out to count commits")
	}
	return nil
}
