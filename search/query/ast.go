package query

// A Span is a range of byte offsets in the text that was parsed. End is
// exclusive. Nodes that no text stands for (an implied AND) span their parts.
type Span struct {
	Start, End int
}

func (s Span) join(t Span) Span {
	return Span{Start: min(s.Start, t.Start), End: max(s.End, t.End)}
}

// A Node is a part of a query's or a scope's boolean expression: one of [*And],
// [*Or], [*Not], and the leaves [*Pattern], [*File], [*Language], [*CommitText],
// [*CommitTime] (in a query), [*HasFile] (in a predicate), [*RepoName], [*Fork] and
// [*Archived] (in a scope).
type Node interface {
	// Span is where the node was written.
	Span() Span
	// String is the node's canonical text in the pattern type that the node
	// was written in.
	String() string

	print(p *printer)
}

// And holds when each of its nodes holds. It has two nodes or more, none of
// which is an And.
type And struct {
	Nodes []Node
	At    Span
}

// Or holds when one of its nodes holds. It has two nodes or more, none of which
// is an Or.
type Or struct {
	Nodes []Node
	At    Span
}

// Not holds when its node does not. The node is never itself a Not.
type Not struct {
	Node Node
	At   Span
}

// PatternKind says how a pattern's text is searched.
type PatternKind int

const (
	// Literal text matches itself.
	Literal PatternKind = iota
	// Regexp text is a regular expression (RE2 syntax, Go's semantics) in which
	// ^ and $ are line anchors and . does not match a newline.
	Regexp
	// Structural text is a template, as package template reads it. It always
	// heeds case.
	Structural
)

// Pattern is what is searched and counted. Text is never empty.
type Pattern struct {
	Kind PatternKind
	Text string
	At   Span

	mode PatternType // the pattern type whose notation String uses
}

// File holds for files whose path matches the regular expression.
type File struct {
	Regexp string
	At     Span
}

// Language holds for files of a programming language. Name is the language's
// name as go-enry spells it.
type Language struct {
	Name string
	At   Span
}

// RepoName holds for repositories whose name matches the regular expression,
// without regard to case.
type RepoName struct {
	Regexp string
	At     Span
}

// Inclusion is the value of fork: and archived:.
type Inclusion int

const (
	// No leaves such repositories out.
	No Inclusion = iota
	// Yes takes them with the others.
	Yes
	// Only takes nothing else.
	Only
)

// Fork says whether forks are searched.
type Fork struct {
	Value Inclusion
	At    Span
}

// Archived says whether archived repositories are searched.
type Archived struct {
	Value Inclusion
	At    Span
}

func (n *And) Span() Span      { return n.At }
func (n *Or) Span() Span       { return n.At }
func (n *Not) Span() Span      { return n.At }
func (n *Pattern) Span() Span  { return n.At }
func (n *File) Span() Span     { return n.At }
func (n *Language) Span() Span { return n.At }
func (n *RepoName) Span() Span { return n.At }
func (n *Fork) Span() Span     { return n.At }
func (n *Archived) Span() Span { return n.At }
