package template

import (
	"regexp"
	"strings"
)

// A Template is a sequence of elements that match one after another.
type Template struct {
	Elements []Element
}

// An Element is [Text], [Space], [*Hole], [*Group] or [*Quoted].
type Element interface{ print(b *strings.Builder) }

// Text matches itself, case-sensitively.
type Text string

// Space matches one or more white space characters and comments.
type Space struct{}

// A Group matches a pair of delimiters with its elements between them.
type Group struct {
	Open, Close byte
	Elements    []Element
}

// Quoted matches a string. Its elements are Text, Space and holes for the text between the
// quotation marks. Delimiters in it are text.
type Quoted struct {
	Mark     string
	Elements []Element
}

// HoleKind says what a hole matches.
type HoleKind int

const (
	// Anything, `:[x]` or `...`, matches the shortest text, possibly empty, after which the rest of
	// the template matches. At the end of a template, it extends to the end of the surrounding
	// group or of the file.
	Anything HoleKind = iota
	// Word, `:[[x]]`, matches one or more of A-Z a-z 0-9 _, as many as possible.
	Word
	// Expression, `:[x:e]`, matches as few as possible, but at least one, of these: a character
	// other than white space, a string, a group.
	Expression
	// NonSpace, `:[x.]`, is like Expression, but does not match strings and groups.
	NonSpace
	// Line, `:[x\n]`, matches everything up to and including the next line end outside strings,
	// comments and groups.
	Line
	// Blank, `:[ ]` or `:[ x]`, matches one or more spaces or tabs.
	Blank
	// Regexp, `:[~e]` or `:[x~e]`, matches the text that the regular expression e matches. This
	// text is within the next 250 bytes, and ends before the next delimiter, string or comment.
	Regexp
)

// A Hole matches text that the template leaves open.
type Hole struct {
	Kind HoleKind
	// Name is shared by holes that must match equal text. It is Unnamed for a hole whose text need
	// not equal that of another hole.
	Name string
	// Regexp is the expression of a hole of kind Regexp. It compiles, and has no assertions.
	Regexp string
}

// String returns the template's canonical text.
func (t *Template) String() string {
	var b strings.Builder
	for _, e := range t.Elements {
		e.print(&b)
	}
	return b.String()
}

func (e Text) print(b *strings.Builder)  { b.WriteString(string(e)) }
func (e Space) print(b *strings.Builder) { b.WriteByte(' ') }

func (e *Group) print(b *strings.Builder) {
	b.WriteByte(e.Open)
	for _, inner := range e.Elements {
		inner.print(b)
	}
	b.WriteByte(e.Close)
}

func (e *Quoted) print(b *strings.Builder) {
	b.WriteString(e.Mark)
	for _, inner := range e.Elements {
		inner.print(b)
	}
	b.WriteString(e.Mark)
}

func (e *Hole) print(b *strings.Builder) {
	name := e.Name
	switch e.Kind {
	case Word:
		b.WriteString(":[[" + name + "]]")
	case Expression:
		b.WriteString(":[" + name + ":e]")
	case NonSpace:
		b.WriteString(":[" + name + ".]")
	case Line:
		b.WriteString(":[" + name + `\n]`)
	case Blank:
		b.WriteString(":[ " + strings.TrimPrefix(name, Unnamed) + "]")
	case Regexp:
		b.WriteString(":[" + strings.TrimPrefix(name, Unnamed) + "~" + e.Regexp + "]")
	default:
		b.WriteString(":[" + name + "]")
	}
}

// Unnamed is the name of holes whose texts need not be equal to each other.
const Unnamed = "_"

// holes calls visit for each hole.
func holes(elements []Element, visit func(*Hole)) {
	for _, e := range elements {
		switch e := e.(type) {
		case *Hole:
			visit(e)
		case *Group:
			holes(e.Elements, visit)
		case *Quoted:
			holes(e.Elements, visit)
		}
	}
}

// forgetNames gives the name Unnamed to each hole whose name no other hole has.
func (t *Template) forgetNames() {
	uses := map[string]int{}
	holes(t.Elements, func(h *Hole) { uses[h.Name]++ })
	holes(t.Elements, func(h *Hole) {
		if uses[h.Name] == 1 {
			h.Name = Unnamed
		}
	})
}

var holeNotation = regexp.MustCompile(`^:\[(?:\[(\w+)\]|(\w+)|(\w+):e|(\w+)\.|(\w+)\\n|[ ](\w*))\]`)
