package match

import (
	"regexp/syntax"

	"github.com/backsight/backsight/search/match/internal/dfa"
	"github.com/backsight/backsight/search/query"
)

// minStrength is the least strength at which literals, or a run, are worth a search of their own
// before the automaton runs. It is 9 bits, in eighths of a bit: one occurrence in 512 bytes.
const minStrength = 72

// newFinder chooses the fastest way to find a pattern. If the values of its groups are needed, a
// regular expression always gets an engine.
func newFinder(p *query.Pattern, caseSensitive, groups bool) (finder, error) {
	switch p.Kind {
	case query.Literal:
		return oneLiteral{newLiteral(p.Text, !caseSensitive)}, nil
	case query.Structural:
		return newStructural(p.Text)
	}
	flags := "(?m)"
	if !caseSensitive {
		flags = "(?im)"
	}
	tree, err := syntax.Parse(flags+p.Text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	known := factsOf(tree)
	if !groups && known.bounded && known.precise {
		return literalFinder(known.exact), nil
	}
	e := &engine{byLine: staysInLine(tree)}
	required, prefix := known.best(), prefixOf(tree)
	rarer := required.strength() > prefix.strength() // otherwise required adds nothing to prefix
	if prefix.strength() >= minStrength && !(e.byLine && rarer) {
		e.prefix = prefix.compile()
	}
	if required.strength() >= minStrength && (rarer || len(e.prefix) == 0) {
		e.required = required.compile()
	}
	if e.byLine && len(e.prefix)+len(e.required) == 0 {
		e.run = runOf(tree)
	}
	if len(e.prefix)+len(e.required) == 0 && e.run == nil {
		e.class = runeClassOf(tree)
	}
	if e.re, err = dfa.Compile(tree, share, len(e.prefix) > 0); err != nil {
		return nil, err
	}
	if groups && tree.MaxCap() > 0 {
		if e.captures, err = newCaptures(flags+p.Text, e.re.Size()); err != nil {
			return nil, err
		}
		e.captures.fixed = fixedGroupOf(tree)
	}
	return e, nil
}

func (l literals) compile() anyLiteral {
	var all anyLiteral
	seen := map[string]bool{}
	for _, text := range l.texts {
		if !seen[text] {
			seen[text] = true
			all = append(all, newLiteral(text, l.fold))
		}
	}
	return all
}

// literalFinder returns the finder of an expression whose matches are exactly these texts, in order
// of preference. An expression never matches the texts after an empty one, because it prefers the
// empty match. Empty matches are not counted.
func literalFinder(l literals) finder {
	for i, text := range l.texts {
		if text == "" {
			l.texts = l.texts[:i]
			break
		}
	}
	if all := l.compile(); len(all) != 1 {
		return all
	} else {
		return oneLiteral{all[0]}
	}
}
