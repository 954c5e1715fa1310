package match

import (
	"slices"

	"github.com/backsight/backsight/search/query"
)

// RequirementKind says what a Requirement asks for.
type RequirementKind int

const (
	// RequireUnknown asks for nothing: any content may match, and has to be read.
	RequireUnknown RequirementKind = iota
	// RequireText asks for a text.
	RequireText
	// RequireAll asks for all of its parts.
	RequireAll
	// RequireAny asks for one of its parts.
	RequireAny
)

// A Requirement is what a content must hold for a file to match: a formula of
// texts. It is necessary, not sufficient; a content for which it does not hold
// counts 0 whatever its path.
type Requirement struct {
	Kind RequirementKind
	// Text, of RequireText, is never empty. With Fold it stands for all its cases,
	// by Unicode simple folding.
	Text string
	Fold bool
	// Parts, of RequireAll and RequireAny, are two or more, none of them unknown.
	Parts []Requirement
}

// maxRequirement is how many texts a Requirement has at most. One that would have
// more alternatives is unknown.
const maxRequirement = 256

// Required is what the content of every file that matches holds. An index picks
// the contents to read by it.
func (m *Matcher) Required() Requirement {
	if m.expr == nil || m.onPaths || m.kind != query.Files {
		return Requirement{}
	}
	return m.expr.required()
}

func (n *node) required() Requirement {
	switch n.op {
	case allOf, anyOf:
		var parts []Requirement
		for _, k := range n.kids {
			parts = append(parts, k.required())
		}
		if n.op == allOf {
			return requireAll(parts)
		}
		return requireAny(parts)
	case isPattern:
		if !n.negated {
			return n.pattern.required
		}
	}
	return Requirement{}
}

// Holds says whether a content meets the requirement.
func (r Requirement) Holds(content []byte) bool {
	holds := func(p Requirement) bool { return p.Holds(content) }
	switch r.Kind {
	case RequireText:
		return (oneLiteral{newLiteral(r.Text, r.Fold)}).has(content, nil)
	case RequireAll:
		return !slices.ContainsFunc(r.Parts, func(p Requirement) bool { return !holds(p) })
	case RequireAny:
		return slices.ContainsFunc(r.Parts, holds)
	default:
		return true
	}
}

func requireText(text string, fold bool) Requirement {
	if text == "" {
		return Requirement{}
	}
	return Requirement{Kind: RequireText, Text: text, Fold: fold && foldMatters(text)}
}

// requireAll leaves out parts that are unknown, given before, or too many.
func requireAll(parts []Requirement) Requirement {
	all := Requirement{Kind: RequireAll}
	texts := 0
	for _, p := range flat(RequireAll, parts) {
		if p.Kind == RequireUnknown || slices.ContainsFunc(all.Parts, p.equal) {
			continue
		}
		if texts += p.size(); texts > maxRequirement {
			break
		}
		all.Parts = append(all.Parts, p)
	}
	return all.simple()
}

func requireAny(parts []Requirement) Requirement {
	any := Requirement{Kind: RequireAny}
	texts := 0
	for _, p := range flat(RequireAny, parts) {
		if texts += p.size(); p.Kind == RequireUnknown || texts > maxRequirement {
			return Requirement{}
		}
		if !slices.ContainsFunc(any.Parts, p.equal) {
			any.Parts = append(any.Parts, p)
		}
	}
	return any.simple()
}

// flat puts the parts of parts of the same kind in their place.
func flat(kind RequirementKind, parts []Requirement) []Requirement {
	var all []Requirement
	for _, p := range parts {
		if p.Kind == kind {
			all = append(all, p.Parts...)
		} else {
			all = append(all, p)
		}
	}
	return all
}

func (r Requirement) simple() Requirement {
	switch len(r.Parts) {
	case 0:
		return Requirement{}
	case 1:
		return r.Parts[0]
	}
	return r
}

// size is the number of texts.
func (r Requirement) size() int {
	n := 0
	if r.Kind == RequireText {
		n = 1
	}
	for _, p := range r.Parts {
		n += p.size()
	}
	return n
}

func (r Requirement) equal(s Requirement) bool {
	return r.Kind == s.Kind && r.Text == s.Text && r.Fold == s.Fold && slices.EqualFunc(r.Parts, s.Parts, Requirement.equal)
}
