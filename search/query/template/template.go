package template

import (
	"regexp"
	"strings"
)

// A Template is a sequence of elements that match one after the other.
type Template struct {
	Elements []Element
}

// An Element is [Text], [Space], [Hole], [Group] or [Quoted].
type Element interface{ print(b *strings.Builder) }

// Text matches itself, case included.
type Text string

// Space matches white space and comments, at least one character of them.
type Space struct{}

// A Group matches a pair of delimiters with its elements in between.
type Group struct {
	Open, Close byte
	Elements    []Element
}

// Quoted matches a string between quotation marks: its elements are Text, Space
// and holes, for what is between them. In it delimiters are text.
type Quoted struct {
	Mark     string
	Elements []Element
}

// HoleKind says what a hole matches.
type HoleKind int

const (
	// Anything, `:[x]` or `...`, is as little as lets the rest of the template
	// match, nothing included. At the end of the template it runs to the end of
	// the group around it, or of the file.
	Anything HoleKind = iota
	// Word, `:[[x]]`, is one or more of A-Z a-z 0-9 _, as many as there are.
	Word
	// Expression, `:[x:e]`, is as few as possible, but at least one, of
	// characters other than white space, strings and groups.
	Expression
	// NonSpace, `:[x.]`, is as Expression without strings and groups.
	NonSpace
	// Line, `:[x\n]`, is everything up to a line end, and it.
	Line
	// Blank, `:[ ]` or `:[ x]`, is one or more spaces or tabs.
	Blank
	// Regexp, `:[~e]` or `:[x~e]`, is what a regular expression matches, up to
	// the next delimiter, string or comment.
	Regexp
)

// A Hole matches text that the template leaves open.
type Hole struct {
	Kind HoleKind
	// Name is what holes that must match equal text share; "_" for none.
	Name string
	// Regexp is the expression of a hole of the kind Regexp. It compiles, and has
	// no assertion.
	Regexp string
}

// String is the template's canonical text.
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

// Unnamed is the name of holes that share nothing.
const Unnamed = "_"

// holes calls visit with each hole.
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

// forgetNames takes names away that only one hole has.
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
