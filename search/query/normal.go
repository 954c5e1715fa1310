package query

import "sort"

func first(nodes []Node) Node {
	if len(nodes) == 0 {
		return nil
	}
	return nodes[0]
}

func spanOf(nodes []Node) Span {
	at := nodes[0].Span()
	for _, n := range nodes[1:] {
		at = at.join(n.Span())
	}
	return at
}

// and joins nodes, of which there may be one or none.
func and(nodes []Node) Node {
	if len(nodes) < 2 {
		return first(nodes)
	}
	return &And{Nodes: nodes, At: spanOf(nodes)}
}

// not negates a node, so that two negations cancel out.
func not(n Node, at Span) Node {
	if inner, ok := n.(*Not); ok {
		return inner.Node
	}
	return &Not{Node: n, At: at}
}

// normal brings a tree into the form that the types document: no And directly
// in an And, no Or in an Or, no node twice, filters of an And before its other
// nodes and in the order of their text. Trees of one meaning that differ in
// these respects only become equal.
func normal(n Node) Node {
	switch n := n.(type) {
	case *And:
		var nodes []Node
		for _, c := range n.Nodes {
			if c = normal(c); c == nil {
				continue
			}
			if inner, ok := c.(*And); ok {
				nodes = append(nodes, inner.Nodes...)
			} else {
				nodes = append(nodes, c)
			}
		}
		nodes = distinct(nodes)
		sort.SliceStable(nodes, func(i, j int) bool {
			x, y := filterKey(nodes[i]), filterKey(nodes[j])
			return x < y
		})
		return and(nodes)
	case *Or:
		var nodes []Node
		for _, c := range n.Nodes {
			c = normal(c)
			if inner, ok := c.(*Or); ok {
				nodes = append(nodes, inner.Nodes...)
			} else {
				nodes = append(nodes, c)
			}
		}
		if nodes = distinct(nodes); len(nodes) == 1 {
			return nodes[0]
		}
		return &Or{Nodes: nodes, At: spanOf(nodes)}
	case *Not:
		return not(normal(n.Node), n.At)
	default:
		return n
	}
}

// distinct keeps the first of nodes with equal text.
func distinct(nodes []Node) []Node {
	seen := map[string]bool{}
	kept := nodes[:0:0]
	for _, n := range nodes {
		if s := n.String(); !seen[s] {
			seen[s] = true
			kept = append(kept, n)
		}
	}
	return kept
}

// filterKey orders the nodes of an And: filters by kind and text, then the rest
// as they were written.
func filterKey(n Node) string {
	inner := n
	if not, ok := n.(*Not); ok {
		inner = not.Node
	}
	switch inner.(type) {
	case *RepoName:
		return "0" + n.String()
	case *Fork:
		return "1" + n.String()
	case *Archived:
		return "2" + n.String()
	case *HasFile:
		return "3" + n.String()
	case *File:
		return "4" + n.String()
	case *Language:
		return "5" + n.String()
	case *CommitText:
		return "6" + n.String()
	case *CommitTime:
		return "7" + n.String()
	default:
		return "8"
	}
}
