package match

import (
	"slices"

	"github.com/backsight/backsight/search/query"
)

// RequirementKind is the kind of a Requirement.
type RequirementKind int

const (
	// RequireUnknown requires nothing: any content may match, and must be read.
	RequireUnknown RequirementKind = iota
	// RequireText requires a text.
	RequireText
	// RequireAll requires all of its parts.
	RequireAll
	// RequireAny requires one of its parts.
	RequireAny
)

// A Requirement is a condition on a file: a formula of texts that the file must contain to match.
// It is necessary, but not sufficient. A file that does not meet it counts 0, whatever its path. A
// \n in a text of the formula stands for \n or \r\n in the text that Decode returns for the file.
type Requirement struct {
	Kind RequirementKind
	// Text is set for RequireText, and is never empty. With Fold, the text stands for all its
	// cases, by Unicode simple folding.
	Text string
	Fold bool
	// Parts is set for RequireAll and RequireAny. There are at least two, and none is unknown.
	Parts []Requirement
}

// maxRequirement limits the texts of a Requirement. The parts of a RequireAll beyond the limit are
// left out. A RequireAny with more texts becomes RequireUnknown.
const maxRequirement = 256

// Required returns what the content of every matching file contains. An index uses it to choose the
// contents to read.
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

// Holds reports whether content meets the requirement. A \n in a text of the formula must occur in
// content as \n: Holds does not find it as \r\n.
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

// requireAll combines parts, without those that are unknown, repeated, or above the limit.
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

// flat replaces parts of the given kind with their own parts.
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

// size returns the number of texts.
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
