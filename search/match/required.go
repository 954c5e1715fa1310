package match

import (
	"math"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// maxLiterals bounds the alternatives that are kept of a regular expression:
// each costs a run over the content, at some GB/s, where the engine makes some
// 50 MB/s.
const maxLiterals = 16

// literals is a set of texts about the matches of a regular expression, in the
// order in which it prefers them.
type literals struct {
	texts []string
	fold  bool // the texts stand for all their cases
}

// facts is what is known of a regular expression's matches.
type facts struct {
	// exact, if bounded, has every text that can be matched.
	exact   literals
	bounded bool
	// precise says that the matches are exactly those of exact, wherever they
	// stand: there are no assertions, and fold holds for all texts or none.
	precise bool
	// required, if any, has texts one of which is in every match.
	required literals
}

// best is the stronger of the required texts and the exact ones.
func (f facts) best() literals {
	if f.bounded {
		return better(f.required, f.exact)
	}
	return f.required
}

// better is the set that rejects more contents.
func better(a, b literals) literals {
	if b.strength() > a.strength() {
		return b
	}
	return a
}

// strength estimates, in eighths of a bit, how rarely one of the texts occurs.
// It is negative for a set that says nothing.
func (l literals) strength() float64 {
	if len(l.texts) == 0 {
		return -1
	}
	occurs := 0.0
	for _, t := range l.texts {
		if t == "" {
			return -1
		}
		occurs += math.Exp2(-textRarity(t, l.fold) / 8)
	}
	return -8 * math.Log2(occurs)
}

// emptyText are the facts of what matches the empty text.
func emptyText(precise bool) facts {
	return facts{exact: literals{texts: []string{""}}, bounded: true, precise: precise}
}

// factsOf analyses a regular expression.
func factsOf(re *syntax.Regexp) facts {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return emptyText(true)
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return emptyText(false)
	case syntax.OpLiteral:
		return literalFacts(re.Rune, re.Flags&syntax.FoldCase != 0)
	case syntax.OpCharClass:
		return classFacts(re.Rune)
	case syntax.OpCapture:
		return factsOf(re.Sub[0])
	case syntax.OpConcat:
		return concatFacts(re.Sub)
	case syntax.OpAlternate:
		return alternateFacts(re.Sub)
	case syntax.OpQuest:
		return questFacts(factsOf(re.Sub[0]), re.Flags&syntax.NonGreedy != 0)
	case syntax.OpPlus:
		return facts{required: factsOf(re.Sub[0]).best()}
	case syntax.OpRepeat:
		if re.Min > 0 {
			return facts{required: factsOf(re.Sub[0]).best()}
		}
	}
	return facts{} // OpStar, OpAnyChar, OpAnyCharNotNL, OpNoMatch
}

func literalFacts(runes []rune, fold bool) facts {
	for _, r := range runes {
		// The engine matches U+FFFD with bytes that are not UTF-8.
		if r == utf8.RuneError || !utf8.ValidRune(r) {
			return facts{}
		}
	}
	text := string(runes)
	return facts{exact: literals{[]string{text}, fold && foldMatters(text)}, bounded: true, precise: true}
}

// classFacts takes a small class for an alternation of its runes. A class that
// is closed under folding, such as those of (?i), is one fold of fewer runes.
func classFacts(pairs []rune) facts {
	var runes []rune
	for i := 0; i < len(pairs); i += 2 {
		if int(pairs[i+1]-pairs[i])+len(runes) >= 4*maxLiterals {
			return facts{}
		}
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			if r == utf8.RuneError || !utf8.ValidRune(r) {
				return facts{}
			}
			runes = append(runes, r)
		}
	}
	closed, matters := true, false
	for _, r := range runes {
		for _, o := range orbit(r) {
			matters = matters || o != r
			closed = closed && slices.Contains(runes, o)
		}
	}
	f := facts{bounded: true, precise: true}
	f.exact.fold = closed && matters
	for _, r := range runes {
		if !f.exact.fold || r == slices.Min(orbit(r)) {
			f.exact.texts = append(f.exact.texts, string(r))
		}
	}
	if len(f.exact.texts) > maxLiterals || len(runes) == 0 {
		return facts{}
	}
	return f
}

func concatFacts(subs []*syntax.Regexp) facts {
	whole := emptyText(true) // what the subs so far match, while bounded
	run := whole             // what the last subs match, since one was not bounded
	var required literals
	for _, sub := range subs {
		f := factsOf(sub)
		required = better(required, f.required)
		next, ok := product(run, f)
		if !ok {
			required = better(required, run.best())
			whole.bounded = false
			if next = emptyText(false); f.bounded {
				next = f
			}
		}
		run = next
		if whole.bounded {
			whole = run
		}
	}
	required = better(required, run.exact)
	if !whole.bounded {
		return facts{required: required}
	}
	whole.required = required
	return whole
}

// product is the facts of two expressions in a row, unless they are too many.
func product(a, b facts) (facts, bool) {
	if !a.bounded || !b.bounded || len(a.exact.texts)*len(b.exact.texts) > maxLiterals {
		return facts{}, false
	}
	p := facts{bounded: true}
	p.exact.fold, p.precise = joinFold(a, b)
	for _, x := range a.exact.texts {
		for _, y := range b.exact.texts {
			p.exact.texts = append(p.exact.texts, x+y)
		}
	}
	return p, true
}

// joinFold is the fold of a set of texts made from two, and whether the set is
// still precise.
func joinFold(a, b facts) (fold, precise bool) {
	fold, precise = a.exact.fold || b.exact.fold, a.precise && b.precise
	if a.exact.fold != b.exact.fold {
		exact := a
		if a.exact.fold {
			exact = b
		}
		precise = precise && !slices.ContainsFunc(exact.exact.texts, foldMatters)
	}
	return fold, precise
}

func alternateFacts(subs []*syntax.Regexp) facts {
	all := factsOf(subs[0])
	required := all.best()
	for _, sub := range subs[1:] {
		f := factsOf(sub)
		required = union(required, f.best())
		if !all.bounded || !f.bounded || len(all.exact.texts)+len(f.exact.texts) > maxLiterals {
			all = facts{}
			continue
		}
		fold, precise := joinFold(all, f)
		all = facts{exact: literals{slices.Concat(all.exact.texts, f.exact.texts), fold}, bounded: true, precise: precise}
	}
	all.required = required
	return all
}

// union is the texts of either set; none if one says nothing, or if they are too
// many.
func union(a, b literals) literals {
	if a.strength() < 0 || b.strength() < 0 || len(a.texts)+len(b.texts) > maxLiterals {
		return literals{}
	}
	return literals{slices.Concat(a.texts, b.texts), a.fold || b.fold}
}

func questFacts(f facts, lazy bool) facts {
	f.required = literals{}
	if !f.bounded || len(f.exact.texts) == maxLiterals {
		return facts{}
	}
	if lazy {
		f.exact.texts = append([]string{""}, f.exact.texts...)
	} else {
		f.exact.texts = append(slices.Clone(f.exact.texts), "")
	}
	return f
}
