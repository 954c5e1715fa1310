package query

import "slices"

// A Scope chooses repositories by name, and by whether they are forks or archived. Create a Scope
// with ParseScope or Parse; a Scope literal can only be printed, not matched.
type Scope struct {
	// Expr is the condition on a repository, or nil for all repositories. Its leaves are *Filter.
	Expr Node

	accepts func(repository) bool // the compiled Expr
}

// repository has the properties of a repository that a scope can test.
type repository struct {
	name           string
	fork, archived bool
}

// newScope compiles a checked expression.
func newScope(expr Node) *Scope {
	return &Scope{Expr: expr, accepts: compileScope(expr)}
}

// Matches reports whether the scope includes a repository. A scope without fork: includes forks,
// and a scope without archived: includes archived repositories.
func (s *Scope) Matches(name string, fork, archived bool) bool {
	return s.Expr == nil || s.accepts(repository{name, fork, archived})
}

func compileScope(n Node) func(repository) bool {
	switch n := n.(type) {
	case nil:
		return nil
	case *And:
		all := compileScopes(n.Nodes)
		return func(r repository) bool {
			return !slices.ContainsFunc(all, func(accepts func(repository) bool) bool { return !accepts(r) })
		}
	case *Or:
		all := compileScopes(n.Nodes)
		return func(r repository) bool {
			return slices.ContainsFunc(all, func(accepts func(repository) bool) bool { return accepts(r) })
		}
	case *Not:
		inner := compileScope(n.Node)
		return func(r repository) bool { return !inner(r) }
	case *Filter:
		return fieldByName[n.Name].accepts(n.Value)
	default:
		panic("query: a scope cannot contain " + n.String())
	}
}

func compileScopes(nodes []Node) []func(repository) bool {
	all := make([]func(repository) bool, len(nodes))
	for i, n := range nodes {
		all[i] = compileScope(n)
	}
	return all
}
