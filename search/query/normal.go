package query

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

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

// and returns the conjunction of nodes: nil for none, and the node itself for one.
func and(nodes []Node) Node {
	if len(nodes) < 2 {
		return first(nodes)
	}
	return &And{Nodes: nodes, At: spanOf(nodes)}
}

// not returns the negation of a node. Two negations cancel out.
func not(n Node, at Span) Node {
	if inner, ok := n.(*Not); ok {
		return inner.Node
	}
	return &Not{Node: n, At: at}
}

// normal returns the tree in its canonical form: no And directly in an And, no Or directly in an
// Or, no Not directly in a Not, no node twice in an And or Or, and the filters of an And before its
// other nodes, sorted. Trees that differ only in these respects become equal.
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
		slices.SortStableFunc(nodes, compareInAnd)
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

// distinct removes nodes whose text equals that of an earlier node.
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

// compareInAnd orders the nodes of an And: first the filters, by field and text, then all other
// nodes, which compare as equal.
func compareInAnd(x, y Node) int {
	a, b := orderOf(x), orderOf(y)
	if a != b || a == notFilter {
		return cmp.Compare(a, b)
	}
	return strings.Compare(x.String(), y.String())
}

// notFilter is the order of nodes that are not filters: after all filters.
const notFilter = math.MaxInt

func orderOf(n Node) int {
	if not, ok := n.(*Not); ok {
		n = not.Node
	}
	switch n := n.(type) {
	case *Filter:
		return fieldByName[n.Name].order
	case *HasFile:
		return fieldByName["repohasfile"].order
	default:
		return notFilter
	}
}
