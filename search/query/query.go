package query

import (
	"regexp/syntax"
	"time"
)

// A Query is a parsed series query.
type Query struct {
	// Expr is the condition that is tested: on each file of a commit if Kind is Files, on each
	// commit if Kind is Commits, and on each changed file of a commit if Kind is Diffs. It is nil,
	// and always holds, if the query has neither a pattern nor a filter on files or commits.
	Expr Node
	// PatternType is the notation of the query's patterns. Pattern.Kind says what each pattern
	// matches.
	PatternType PatternType
	// CaseSensitive is case:yes. It applies to patterns, file: filters and predicates. Structural
	// patterns are always case-sensitive. All other filters ignore it.
	CaseSensitive bool
	// Type says what patterns are matched against.
	Type Type
	// Select says what is counted.
	Select Select
	// Count is the limit of count:N, or 0 for none (count:all is the default).
	Count int64
	// Timeout is the value of timeout:, or 0 for none.
	Timeout time.Duration

	scope           *Scope
	predicates      []Predicate
	whole           Span   // the whole text
	typeAt          Span   // place of type:
	selectAt        Span   // place of select:
	selected        string // value of select:, in lower case
	caseInsensitive bool   // the query says case:no
}

// PatternType is a notation of patterns.
type PatternType int

const (
	// StandardType is literal text, in which /…/ is a regular expression.
	StandardType PatternType = iota
	// LiteralType is literal text.
	LiteralType
	// RegexpType is a regular expression, in which "…" is literal text.
	RegexpType
	// KeywordType is literal words, in which /…/ is a regular expression and "…" a literal text.
	// Adjacent patterns are ANDed.
	KeywordType
	// StructuralType is a template.
	StructuralType
)

// Type is the value of type:.
type Type int

const (
	// TypeFile matches patterns against the content of files.
	TypeFile Type = iota
	// TypePath matches patterns against the paths of files.
	TypePath
	// TypeCommit matches patterns against the messages of commits.
	TypeCommit
	// TypeDiff matches patterns against the lines that commits add or remove.
	TypeDiff
)

// Select is the value of select:.
type Select int

const (
	// SelectContent is the default. It counts the matches in the content of files or, with
	// type:path, files; with type:commit and type:diff, it counts commits.
	SelectContent Select = iota
	// SelectFile counts files.
	SelectFile
	// SelectRepo counts a repository once if anything matches in it.
	SelectRepo
	// SelectAdded counts commits with a match in the lines that they add.
	SelectAdded
	// SelectRemoved counts commits with a match in the lines that they remove.
	SelectRemoved
)

// Kind says what a query searches.
type Kind int

const (
	// Files are the files of one commit.
	Files Kind = iota
	// Commits are the commits since the previous sample time. Patterns search their messages.
	Commits
	// Diffs are the commits since the previous sample time. Patterns search the lines that they
	// change.
	Diffs
)

// Kind returns what the query searches. Only a query of kind Files can be counted in the tree of
// one commit.
func (q *Query) Kind() Kind {
	switch q.Type {
	case TypeCommit:
		return Commits
	case TypeDiff:
		return Diffs
	default:
		return Files
	}
}

// PerInterval reports whether the query searches commits, so that each value belongs to the
// interval since the previous sample time. It returns false if Parse refuses the text.
func PerInterval(text string) bool {
	q, err := Parse(text)
	return err == nil && q.Kind() != Files
}

// Predicates returns the conditions on the repository's files, sorted by canonical text. They apply
// to the whole tree of the commit that is counted. If one of them does not hold, the commit counts
// 0.
func (q *Query) Predicates() []Predicate { return q.predicates }

// Scope returns the part of the query that chooses repositories: repo:, fork: and archived:. It is
// never nil; if the query has no such filter, its Expr is nil.
func (q *Query) Scope() *Scope { return q.scope }

// Captures returns the number of capturing groups in the patterns that Positive returns.
func (q *Query) Captures() int {
	n := 0
	for _, p := range q.Positive() {
		if p.Kind != Regexp {
			continue
		}
		if re, err := syntax.Parse(p.Text, syntax.Perl); err == nil {
			n += re.MaxCap()
		}
	}
	return n
}

// Positive returns the patterns under an even number of NOTs, in the order of the text. Their
// matches are counted.
func (q *Query) Positive() []*Pattern {
	var found []*Pattern
	var walk func(n Node, positive bool)
	walk = func(n Node, positive bool) {
		switch n := n.(type) {
		case *And:
			for _, c := range n.Nodes {
				walk(c, positive)
			}
		case *Or:
			for _, c := range n.Nodes {
				walk(c, positive)
			}
		case *Not:
			walk(n.Node, !positive)
		case *Pattern:
			if positive {
				found = append(found, n)
			}
		}
	}
	walk(q.Expr, true)
	return found
}

// CheckByValue returns an *Error if the query cannot be counted by the values of its capturing
// groups, else nil.
func (q *Query) CheckByValue() error {
	switch {
	case q.Kind() != Files:
		return fail(q.typeAt, "values can only be counted in the content of files, and this query searches commits", "leave type: out, or count without values")
	case q.Type == TypePath:
		return fail(q.typeAt, "values can only be counted in the content of files, not in paths", "leave type: out, or count without values")
	case q.Select != SelectContent:
		return fail(q.selectAt, "values can only be counted in the content of files, and select: counts something else", "leave select: out, or count without values")
	case q.Captures() == 0:
		return fail(q.whole, "the query has no capturing group whose values could be counted", `write one, as in /go (1\.\d+)/`)
	}
	return nil
}

// CheckByLanguage returns an *Error if the query cannot choose the files of language statistics,
// because it contains more than filters; else nil.
func (q *Query) CheckByLanguage() error {
	switch at, has := patternIn(q.Expr); {
	case q.Kind() != Files:
		return fail(q.typeAt, "language statistics measure files, and this query searches commits", "leave type: out")
	case q.Type == TypePath:
		return fail(q.typeAt, "language statistics cannot search for patterns in paths", "choose files by path with file:, and leave type: out")
	case q.Select != SelectContent:
		return fail(q.selectAt, "language statistics measure whole files, so select: has no effect", "leave select: out")
	case has:
		return fail(at, "language statistics measure whole files and cannot search for a pattern", "use only filters, such as file:, lang: and repo:")
	}
	return nil
}

// patternIn returns the place of the first pattern in an expression.
func patternIn(n Node) (at Span, has bool) {
	var nodes []Node
	switch n := n.(type) {
	case *Pattern:
		return n.At, true
	case *Not:
		nodes = []Node{n.Node}
	case *And:
		nodes = n.Nodes
	case *Or:
		nodes = n.Nodes
	}
	for _, kid := range nodes {
		if at, has = patternIn(kid); has {
			return at, true
		}
	}
	return Span{}, false
}
