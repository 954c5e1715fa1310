package match

import (
	"math"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// maxLiterals limits the texts that are kept for a regular expression. Each text takes a byte
// search of its own.
const maxLiterals = 16

// literals is a set of texts that describe the matches of a regular expression, in the order in
// which the expression prefers them.
type literals struct {
	texts []string
	fold  bool // each text stands for all its cases
}

// facts describes what is known about the matches of a regular expression.
type facts struct {
	// If bounded is set, exact contains every text that can be matched.
	exact   literals
	bounded bool
	// precise says that the expression matches wherever one of the texts of exact occurs: it has no
	// assertions and, if fold is set, ignores case throughout.
	precise bool
	// required, if not empty, has texts; every match contains at least one of them.
	required literals
}

// best returns the stronger of the required texts and the exact ones.
func (f facts) best() literals {
	if f.bounded {
		return better(f.required, f.exact)
	}
	return f.required
}

// better returns the set that rejects more contents.
func better(a, b literals) literals {
	if b.strength() > a.strength() {
		return b
	}
	return a
}

// strength estimates, in eighths of a bit (see rarity), how rarely any of the texts occurs. It is
// negative for a set that rejects nothing.
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

// emptyText returns the facts of an expression that matches only the empty text.
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
		// Go's engine also matches U+FFFD with bytes that are not UTF-8.
		if r == utf8.RuneError || !utf8.ValidRune(r) {
			return facts{}
		}
	}
	text := string(runes)
	return facts{exact: literals{[]string{text}, fold && foldMatters(text)}, bounded: true, precise: true}
}

// classFacts treats a small class as an alternation of its runes. If the class contains all cases
// of its runes, as with (?i), classFacts keeps one case and sets fold.
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
	whole := emptyText(true) // the matches of the subexpressions so far, while they are bounded
	// the matches of the subexpressions since the last one that product could not join
	run := whole
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

// product returns the facts of two adjacent expressions. It returns false if one of them is not
// bounded, or if there would be more than maxLiterals texts.
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

// joinFold returns the fold of a set of texts that is made from two sets, and whether that set is
// precise.
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

// union returns the texts of both sets. It returns no texts if one set rejects nothing, or if there
// would be too many.
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
