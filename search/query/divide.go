package query

import "iter"

// leaves returns the nodes of a tree that have no child nodes.
func leaves(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) { walkLeaves(n, yield) }
}

func walkLeaves(n Node, yield func(Node) bool) bool {
	switch n := n.(type) {
	case nil:
		return true
	case *And:
		return walkAll(n.Nodes, yield)
	case *Or:
		return walkAll(n.Nodes, yield)
	case *Not:
		return walkLeaves(n.Node, yield)
	default:
		return yield(n)
	}
}

func walkAll(nodes []Node, yield func(Node) bool) bool {
	for _, c := range nodes {
		if !walkLeaves(c, yield) {
			return false
		}
	}
	return true
}

// divide splits a query's tree into the condition on repositories, the predicates on their files,
// and the condition on files or commits. It refuses a predicate that is neither the whole tree nor
// an operand of the top-level AND. It also refuses an operand that mixes a condition on
// repositories with one on files or commits.
func (q *Query) divide(n Node) *Error {
	terms := []Node{n}
	if top, ok := n.(*And); ok {
		terms = top.Nodes
	} else if n == nil {
		terms = nil
	}
	var onFiles, onRepos []Node
	for _, term := range terms {
		if p, ok := asPredicate(term); ok {
			q.predicates = append(q.predicates, p)
			continue
		}
		var ofRepos, ofFiles Node
		for leaf := range leaves(term) {
			_, hasFile := leaf.(*HasFile)
			f, filter := leaf.(*Filter)
			switch {
			case hasFile:
				return fail(leaf.Span(), "a condition on the repository's files applies to the whole query, so it cannot be an alternative",
					"write it outside the parentheses, or make a series for each alternative")
			case !filter || !fieldByName[f.Name].forRepositories():
				ofFiles = leaf
			case ofRepos == nil:
				ofRepos = leaf
			}
		}
		switch {
		case ofRepos == nil:
			onFiles = append(onFiles, term)
		case ofFiles == nil:
			onRepos = append(onRepos, term)
		default:
			return fail(ofRepos.Span(), "a repository filter applies to the whole query, so it cannot be an alternative to a pattern or a filter on files",
				"write it outside the parentheses, or make a series for each alternative")
		}
	}
	q.Expr, q.scope = and(onFiles), newScope(and(onRepos))
	return nil
}
