package query

import "strings"

// setting is a field that governs the whole query. It lives in the tree only
// while the query is parsed.
type setting struct{ token token }

func (n *setting) Span() Span       { return n.token.at }
func (n *setting) String() string   { return n.token.field.name + ":" + n.token.text }
func (n *setting) print(p *printer) { p.WriteString(n.String()) }

func isSetting(name string) bool {
	switch name {
	case "case", "select", "type", "count", "timeout", "patterntype":
		return true
	}
	return false
}

// settle takes the settings out of the tree and puts their values in q.
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
				return nil, fail(n.token.at, name+": governs the whole query, so it cannot stand under OR or NOT", "write it at the start of the query")
			}
			if seen[name] {
				return nil, fail(n.token.at, name+": is given twice", "leave one of them out")
			}
			seen[name] = true
			return nil, q.set(n.token)
		default:
			return n, nil
		}
	}
	return take(n, true)
}

func (q *Query) set(t token) (err *Error) {
	switch t.field.name {
	case "case":
		b, ok := boolOf(t.text)
		if !ok {
			return fail(t.value, "unknown case "+quote(t.text)+"; expected yes or no", didYouMean(t.text, []string{"yes", "no"}), valueExample["case"])
		}
		q.CaseSensitive, q.caseInsensitive = b, !b
	case "select":
		q.selectAt, q.selected = t.at, strings.ToLower(t.text)
		q.Select, err = selectOf(t)
	case "type":
		q.typeAt = t.at
		q.Type, err = typeOf(t)
	case "count":
		q.Count, err = countOf(t)
	case "timeout":
		q.Timeout, err = timeoutOf(t)
	case "patterntype":
		q.PatternType, err = patternTypeOf(t)
	}
	return err
}

// check refuses settings that contradict the rest of the query.
func (q *Query) check(text string) *Error {
	q.whole = Span{0, len(text)}
	if err := q.checkKind(); err != nil {
		return err
	}
	if q.PatternType == StructuralType {
		switch {
		case q.Type != TypeFile:
			return fail(q.whole, "a structural pattern is searched in the content of files", "leave type: out; use patterntype:regexp to search in paths")
		case q.caseInsensitive:
			return fail(q.whole, "a structural pattern always heeds case, so case:no has no meaning", "leave case: out, or use patterntype:regexp")
		}
	}
	if q.Expr == nil && q.Type == TypeFile && q.Select == SelectContent {
		return fail(q.whole, "the query has nothing to search for", "add a pattern, such as TODO; to count files, add select:file; to count repositories, add select:repo")
	}
	return nil
}
