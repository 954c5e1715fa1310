package query

// A Span is a range of byte offsets in the text that was parsed. End is exclusive. The span of a
// node that has no text of its own, such as an implied AND, covers its child nodes.
type Span struct {
	Start, End int
}

func (s Span) join(t Span) Span {
	return Span{Start: min(s.Start, t.Start), End: max(s.End, t.End)}
}

// A Node is a part of the boolean expression of a query or a scope: an [*And], [*Or] or [*Not], or
// a leaf. The leaves are [*Pattern] (in a query), [*HasFile] (in a predicate) and [*Filter] (in a
// query or a scope).
type Node interface {
	// Span returns the place of the node in the text.
	Span() Span
	// String returns the node's canonical text, in the pattern type that the node was written in.
	String() string

	print(p *printer)
}

// And holds if all of its nodes hold. It has at least two nodes, none of which is an And.
type And struct {
	Nodes []Node
	At    Span
}

// Or holds if at least one of its nodes holds. It has at least two nodes, none of which is an Or.
type Or struct {
	Nodes []Node
	At    Span
}

// Not holds if its node does not hold. The node is never a Not.
type Not struct {
	Node Node
	At   Span
}

// PatternKind says what the text of a pattern matches.
type PatternKind int

const (
	// Literal text matches itself.
	Literal PatternKind = iota
	// Regexp text is a regular expression in Go's RE2 syntax. It is matched with the flag (?m), so
	// ^ and $ match at the start and end of each line. A dot does not match a newline.
	Regexp
	// Structural text is a template (package template). It is always case-sensitive.
	Structural
)

// Pattern is text to search for. Text is never empty.
type Pattern struct {
	Kind PatternKind
	Text string
	At   Span

	mode PatternType // the pattern type whose notation String uses
}

func (n *And) Span() Span     { return n.At }
func (n *Or) Span() Span      { return n.At }
func (n *Not) Span() Span     { return n.At }
func (n *Pattern) Span() Span { return n.At }
