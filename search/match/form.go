package match

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/search/query/template"
)

// A form says how a pattern sees a text. By default, a line ends before \r\n, and a byte order mark
// at the start of the text is not a part of it: the pattern is matched against the text without the
// mark, and without each \r that is followed by \n. A pattern that names \r, or U+FEFF, sees it.
type form struct {
	keepsReturns bool // the pattern names \r
	keepsMark    bool // the pattern names U+FEFF
	// The pattern has the same matches in every form of a text, because they contain neither \r,
	// \n nor U+FEFF, and do not depend on what is around them.
	same bool
	// The finder searches single lines, and leaves out the \r before \n by itself.
	byLine bool
	// If not empty, a text in which none of these literals occurs has no match in any form. They
	// contain no \n.
	literals anyLiteral
}

// formOf returns the form for a pattern with its finder. If the finder is an engine that searches
// single lines, formOf sets engine.trims.
func formOf(p *query.Pattern, f finder) form {
	own := form{keepsReturns: names(p, '\r'), keepsMark: names(p, '\uFEFF')}
	switch f := f.(type) {
	case oneLiteral:
		own.same = !f.crossesForms()
	case anyLiteral:
		own.same = !f.crossForms()
	case *engine:
		if f.byLine && len(f.prefix) == 0 && (len(f.required) > 0 || f.run != nil) {
			f.trims = !own.keepsReturns
			own.byLine = f.trims
			return own
		}
		if own.literals = f.required; len(own.literals) == 0 {
			own.literals = f.prefix
		}
	case *structural:
		own.literals = f.required[:min(1, len(f.required))]
	}
	for _, l := range own.literals {
		if strings.Contains(l.text, "\n") {
			own.literals = nil
			break
		}
	}
	return own
}

// crossesForms reports whether the number of occurrences may differ between the forms of a text.
func (l *literal) crossesForms() bool { return strings.ContainsAny(l.text, "\r\n\uFEFF") }

func (f anyLiteral) crossForms() bool {
	for _, l := range f {
		if l.crossesForms() {
			return true
		}
	}
	return false
}

// at returns the form for a part of a text. `later` says that the part is not the first one: U+FEFF
// at its start is not the text's byte order mark.
func (f form) at(later bool) form {
	f.keepsMark = f.keepsMark || later
	return f
}

// see returns the text in which the finder finds the pattern's matches, or nil if it is known that
// there are none. If plain is not nil, see keeps the text without byte order mark and without \r
// before \n in *plain, where the next pattern finds it.
func (f *form) see(text []byte, plain *[]byte) []byte {
	switch {
	case f.same:
		return text
	case f.byLine:
		return f.unmarked(text)
	case len(f.literals) > 0 && !f.literals.has(text, nil):
		return nil
	case plain == nil || f.keepsReturns || f.keepsMark:
		return f.of(text)
	case *plain == nil:
		*plain = f.of(text)
	}
	return *plain
}

// unmarked returns a text without its byte order mark, unless the pattern sees it.
func (f *form) unmarked(text []byte) []byte {
	if f.keepsMark {
		return text
	}
	return bytes.TrimPrefix(text, []byte(byteOrderMark))
}

// number returns the same number for two forms if their methods `of` return the same texts.
func (f *form) number() (n int) {
	if f.keepsReturns {
		n = 1
	}
	if f.keepsMark {
		n += 2
	}
	return n
}

// whole returns a text whose lines are those of the given text in this form, except that some may
// still end in a \r, which the method `line` removes.
func (f *form) whole(text []byte) []byte {
	if f.byLine {
		return f.unmarked(text)
	}
	return f.of(text)
}

// line returns a line of a text as the pattern sees it. If byLine is set, the text still has the \r
// before each \n, and line removes it. `ended` says that a \n follows the line.
func (f *form) line(text []byte, ended bool) []byte {
	if f.byLine && ended {
		return bytes.TrimSuffix(text, []byte{'\r'})
	}
	return text
}

// of returns a text in this form. It returns a part of text if there is no \r to remove, and else a
// copy.
func (f *form) of(text []byte) []byte {
	text = f.unmarked(text)
	if f.keepsReturns {
		return text
	}
	i := bytes.Index(text, lineEndOfTwo)
	if i < 0 {
		return text
	}
	out := make([]byte, 0, len(text)-1)
	for i >= 0 {
		out = append(out, text[:i]...)
		text = text[i+1:]
		i = bytes.Index(text, lineEndOfTwo)
	}
	return append(out, text...)
}

var lineEndOfTwo = []byte("\r\n")

// origin changes ascending ranges in the form of a text to ranges in the text itself.
func (f *form) origin(text []byte, ranges []span) {
	if f.same || len(ranges) == 0 {
		return
	}
	shift := len(text) - len(f.unmarked(text))
	next := func(from int) int {
		if f.keepsReturns || f.byLine {
			return len(text)
		}
		if i := bytes.Index(text[from:], lineEndOfTwo); i >= 0 {
			return from + i
		}
		return len(text)
	}
	removed := next(0) // the first \r whose place the ranges have not reached
	for i := range ranges {
		for ranges[i].start+shift >= removed && removed < len(text) {
			removed = next(removed + 1)
			shift++
		}
		ranges[i].start += shift
		for ranges[i].end+shift > removed && removed < len(text) {
			removed = next(removed + 1)
			shift++
		}
		ranges[i].end += shift
	}
}

// names reports whether a pattern names a rune: contains it, or an escape sequence for it.
func names(p *query.Pattern, r rune) bool {
	switch p.Kind {
	case query.Regexp:
		return namesRune(p.Text, r)
	case query.Structural:
		t, bad := template.Parse(p.Text)
		return bad == nil && elementsName(t.Elements, r)
	default:
		return strings.ContainsRune(p.Text, r)
	}
}

func elementsName(elements []template.Element, r rune) bool {
	for _, e := range elements {
		var found bool
		switch e := e.(type) {
		case template.Text:
			found = strings.ContainsRune(string(e), r)
		case *template.Group:
			found = elementsName(e.Elements, r)
		case *template.Quoted:
			found = elementsName(e.Elements, r)
		case *template.Hole:
			found = e.Kind == template.Regexp && namesRune(e.Regexp, r)
		}
		if found {
			return true
		}
	}
	return false
}

// namesRune reports whether a regular expression contains a rune or an escape sequence that stands
// for exactly this rune, also in a class. Classes such as \s do not name the runes in them.
func namesRune(expr string, want rune) bool {
	for expr != "" {
		r, size := utf8.DecodeRuneInString(expr)
		if r == '\\' {
			if quoted, ok := strings.CutPrefix(expr, `\Q`); ok {
				quoted, expr, _ = strings.Cut(quoted, `\E`)
				if strings.ContainsRune(quoted, want) {
					return true
				}
				continue
			}
			r, size = escaped(expr)
		}
		if r == want {
			return true
		}
		expr = expr[size:]
	}
	return false
}

// escaped returns the rune that the escape sequence at the start of an expression stands for, or -1
// if it does not stand for a single rune that can matter here. size is the length of the sequence
// in bytes.
func escaped(expr string) (r rune, size int) {
	const digits = 3 // of an octal number
	rest := expr[1:]
	switch {
	case rest == "":
		return -1, 1
	case rest[0] == 'r':
		return '\r', 2
	case strings.HasPrefix(rest, "x{"):
		number, _, _ := strings.Cut(rest[2:], "}")
		return numbered(number, 16), 3 + len(number)
	case rest[0] == 'x':
		return numbered(rest[1:min(3, len(rest))], 16), min(4, len(expr))
	case '0' <= rest[0] && rest[0] <= '7':
		n := 1
		for n < min(digits, len(rest)) && '0' <= rest[n] && rest[n] <= '7' {
			n++
		}
		return numbered(rest[:n], 8), 1 + n
	}
	_, size = utf8.DecodeRuneInString(rest)
	return -1, 1 + size
}

func numbered(digits string, base int) rune {
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil {
		return -1
	}
	return rune(n)
}
