package query

import "regexp"

// A Scope chooses repositories by name and kind.
type Scope struct {
	// Expr is the condition on a repository, or nil for all repositories. Its
	// leaves are *RepoName, *Fork and *Archived.
	Expr Node

	patterns map[string]*regexp.Regexp
}

// Matches reports whether the scope takes in a repository.
func (s *Scope) Matches(name string, fork, archived bool) bool {
	return s.Expr == nil || s.holds(s.Expr, name, fork, archived)
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
		return s.patterns[n.Regexp].MatchString(name)
	case *Fork:
		return n.Value.takes(fork)
	case *Archived:
		return n.Value.takes(archived)
	}
	return false
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
