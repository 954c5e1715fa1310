package match

import (
	"regexp"
	"regexp/syntax"
	"slices"

	"github.com/backsight/backsight/search/query"
)

// minStrength is how rare required literals must be to be searched before the
// engine runs, in eighths of a bit: 9 bits, one place in 512 bytes.
const minStrength = 72

// newFinder picks the fastest way to find a pattern. A pattern whose groups are
// wanted always gets an engine.
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
	re, err := regexp.Compile(flags + p.Text)
	if err != nil {
		return nil, err
	}
	e := &engine{re: re, byLine: staysInLine(tree)}
	required := known.best()
	if required.strength() >= minStrength {
		e.required = required.compile()
	}
	if e.byLine {
		if len(e.required) == 0 {
			e.run = runOf(tree)
		}
		return e, nil
	}
	rest, lineStart := afterLineStart(tree)
	if prefix := prefixOf(rest); prefix.strength() >= minStrength {
		if slices.Equal(prefix.texts, required.texts) {
			e.required = nil // the same search
		}
		anchored, err := regexp.Compile(`\A(?:` + flags + p.Text + ")")
		if err != nil {
			return nil, err
		}
		e.start = &starts{prefix: prefix.compile(), lineStart: lineStart, anchored: anchored}
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

// literalFinder finds the texts of an expression that matches just these. Where
// the empty text is matched, texts after it never are, and it is not counted.
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
