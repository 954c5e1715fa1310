package query

import (
	"slices"
	"strings"
)

// A Scope chooses repositories by name, and by whether they are forks or archived. Create a Scope
// with ParseScope, NameScope or Parse. A Scope literal with an Expr can be printed, but its methods
// Matches and MatchesNames panic.
type Scope struct {
	// Expr is the condition on a repository, or nil for all repositories. Its leaves are *Filter.
	Expr Node

	accepts func(repository) bool // the compiled Expr
}

// repository has the properties of a repository that a scope can test.
type repository struct {
	names          []string // a repo: filter holds if it holds for one of them
	fork, archived bool
}

// NameScope returns the scope of the repositories whose name matches a regular expression, by the
// rules of insights.NamePattern. Unlike the value of repo:, the expression may contain an @, and
// may begin with what looks like a call, such as has.path(…). The pattern "" gives the scope of all
// repositories. A non-nil error is always an *Error.
func NameScope(pattern string) (*Scope, error) {
	if pattern == "" {
		return &Scope{}, nil
	}
	if err := checkText(pattern); err != nil {
		return nil, err
	}
	re, err := plainRegexp(pattern, "(?i)", Span{0, len(pattern)})
	if err != nil {
		return nil, err
	}
	if call.MatchString(re) {
		re = "(?:" + re + ")"
	}
	var b strings.Builder
	for i := 0; i < len(re); i++ {
		switch re[i] {
		case '@':
			b.WriteByte('\\')
		case '\\':
			b.WriteByte(re[i])
			i++
		}
		b.WriteByte(re[i])
	}
	return newScope(&Filter{Name: "repo", Value: b.String(), At: Span{0, len(pattern)}}), nil
}

// And returns the scope of the repositories that both scopes include. The spans of its nodes have
// no meaning, because they come from two texts.
func (s *Scope) And(t *Scope) *Scope {
	var nodes []Node
	for _, n := range []Node{s.Expr, t.Expr} {
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return newScope(normal(and(nodes)))
}

// newScope compiles a checked expression.
func newScope(expr Node) *Scope {
	return &Scope{Expr: expr, accepts: compileScope(expr)}
}

// Matches reports whether the scope includes a repository. A scope without fork: includes forks,
// and a scope without archived: includes archived repositories.
func (s *Scope) Matches(name string, fork, archived bool) bool {
	return s.Expr == nil || s.accepts(repository{[]string{name}, fork, archived})
}

// MatchesNames is like Matches for a repository that is neither a fork nor archived and has several
// names. A repo: filter holds if one of the names matches.
func (s *Scope) MatchesNames(names []string) bool {
	return s.Expr == nil || s.accepts(repository{names: names})
}

// ForkOrArchived returns the first fork: or archived: filter with the value no or only. Callers
// that do not know which repositories are forks or archived use it to refuse such a scope. found is
// false if there is no such filter.
func (s *Scope) ForkOrArchived() (name, value string, found bool) {
	for leaf := range leaves(s.Expr) {
		if f, ok := leaf.(*Filter); ok && f.Name != "repo" && f.Value != "yes" {
			return f.Name, f.Value, true
		}
	}
	return "", "", false
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
