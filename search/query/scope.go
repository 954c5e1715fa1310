package query

import "regexp"

// A Scope chooses repositories by name and kind.
type Scope struct {
	// Expr is the condition on a repository, or nil for all repositories. Its
	// leaves are *RepoName, *Fork and *Archived.
	Expr Node

	names map[string]*regexp.Regexp // by RepoName.Regexp
}

// newScope compiles the patterns of a checked expression.
func newScope(expr Node) *Scope {
	s := &Scope{Expr: expr, names: map[string]*regexp.Regexp{}}
	for n := range leaves(expr) {
		if r, ok := n.(*RepoName); ok {
			s.names[r.Regexp] = regexp.MustCompile("(?i)" + r.Regexp)
		}
	}
	return s
}

// Matches reports whether the scope takes in a repository. A scope that says
// nothing of forks or archived repositories takes them in; see WithDefaults.
func (s *Scope) Matches(name string, fork, archived bool) bool {
	return s.Expr == nil || s.holds(s.Expr, name, fork, archived)
}

// WithDefaults is the scope with fork: and archived: added, each only if the
// scope does not have the field already. Sourcegraph's defaults are No and No
// for a scope that is a search or all repositories, Yes and Yes for a list.
func (s *Scope) WithDefaults(fork, archived Inclusion) *Scope {
	hasFork, hasArchived := false, false
	for n := range leaves(s.Expr) {
		switch n.(type) {
		case *Fork:
			hasFork = true
		case *Archived:
			hasArchived = true
		}
	}
	nodes := []Node{}
	if s.Expr != nil {
		nodes = append(nodes, s.Expr)
	}
	if !hasFork && fork != Yes {
		nodes = append(nodes, &Fork{Value: fork})
	}
	if !hasArchived && archived != Yes {
		nodes = append(nodes, &Archived{Value: archived})
	}
	return newScope(normal(and(nodes)))
}

func (s *Scope) holds(n Node, name string, fork, archived bool) bool {
	switch n := n.(type) {
	case *And:
		for _, c := range n.Nodes {
			if !s.holds(c, name, fork, archived) {
				return false
			}
		}
		return true
	case *Or:
		for _, c := range n.Nodes {
			if s.holds(c, name, fork, archived) {
				return true
			}
		}
		return false
	case *Not:
		return !s.holds(n.Node, name, fork, archived)
	case *RepoName:
		return s.names[n.Regexp].MatchString(name)
	case *Fork:
		return n.Value.takes(fork)
	case *Archived:
		return n.Value.takes(archived)
	default:
		panic("query: a scope holds " + n.String())
	}
}

func (v Inclusion) takes(is bool) bool {
	switch v {
	case No:
		return !is
	case Only:
		return is
	default:
		return true
	}
}
