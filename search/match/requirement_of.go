package match

import (
	"regexp/syntax"

	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/search/query/template"
)

// requirementOf returns what a file must contain for a pattern to match.
func requirementOf(p *query.Pattern, caseSensitive bool) (Requirement, error) {
	switch p.Kind {
	case query.Literal:
		return requireText(p.Text, !caseSensitive), nil
	case query.Structural:
		t, bad := template.Parse(p.Text)
		if bad != nil {
			return Requirement{}, bad
		}
		c := stepCompiler{seen: map[string]bool{}}
		if _, err := c.compile(t.Elements, true); err != nil {
			return Requirement{}, err
		}
		c.cut()
		var all []Requirement
		for _, text := range c.required {
			all = append(all, requireText(text, false))
		}
		return requireAll(all), nil
	}
	flags := "(?m)"
	if !caseSensitive {
		flags = "(?im)"
	}
	tree, err := syntax.Parse(flags+p.Text, syntax.Perl)
	if err != nil {
		return Requirement{}, err
	}
	if f := factsOf(tree); f.bounded {
		// An empty match does not count, so it requires nothing.
		var texts []string
		for _, t := range f.exact.texts {
			if t != "" {
				texts = append(texts, t)
			}
		}
		return requireOne(literals{texts, f.exact.fold}, 0), nil
	}
	return requirementOfTree(tree), nil
}

// weak is the least strength, in eighths of a bit, of texts inside a regular expression that are
// worth requiring: 5 bits. Weaker texts, such as digits, are in almost every file.
const weak = 40

// requireOne requires one of the texts. It requires nothing if their strength is below `least`.
func requireOne(l literals, least float64) Requirement {
	if l.strength() < least {
		return Requirement{}
	}
	var all []Requirement
	for _, t := range l.texts {
		all = append(all, requireText(t, l.fold))
	}
	return requireAny(all)
}

func requirementOfTree(re *syntax.Regexp) Requirement {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return requirementOfTree(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requirementOfTree(re.Sub[0])
		}
		return Requirement{}
	case syntax.OpAlternate:
		var all []Requirement
		for _, sub := range re.Sub {
			all = append(all, requirementOfTree(sub))
		}
		return requireAny(all)
	case syntax.OpConcat:
		var all []Requirement
		// the matches of the subexpressions since the last one that product could not join
		run := emptyText(true)
		for _, sub := range inRow(re, nil) {
			f := factsOf(sub)
			next, ok := product(run, f)
			switch {
			case ok:
				run = next
			case f.bounded:
				all = append(all, requireOne(run.exact, weak))
				run = f
			default:
				all = append(all, requireOne(run.exact, weak), requirementOfTree(sub))
				run = emptyText(false)
			}
		}
		return requireAll(append(all, requireOne(run.exact, weak)))
	default:
		if f := factsOf(re); f.bounded {
			return requireOne(f.exact, weak)
		}
		return Requirement{}
	}
}

// inRow appends the subexpressions of a concatenation. It replaces each capturing group and nested
// concatenation with its subexpressions.
func inRow(re *syntax.Regexp, to []*syntax.Regexp) []*syntax.Regexp {
	switch re.Op {
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			to = inRow(sub, to)
		}
		return to
	}
	return append(to, re)
}
