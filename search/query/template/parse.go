package template

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// An Error says why a text is not a valid template, where the problem is, and what to write
// instead.
type Error struct {
	Start, End      int // byte offsets in the text given to Parse
	Message, Remedy string
}

func (e *Error) Error() string { return e.Message + ": " + e.Remedy }

// maxElements limits the size of a template, and with it the work for each byte of a file and
// the depth of the matcher's stack.
const maxElements = 200

const (
	holeNotations = `write :[x], :[[x]], :[x:e], :[x.], :[x\n], :[ ] or :[~regexp]`
	asRegexp      = "or use patterntype:regexp"
)

// Parse parses a template.
func Parse(text string) (*Template, *Error) {
	p := &parser{text: text, scan: scanner{content: []byte(text)}}
	elements, err := p.elements(0)
	if err != nil {
		return nil, err
	}
	t := &Template{Elements: elements}
	if !hasText(elements) {
		return nil, &Error{0, len(text), "the template has only holes and white space, so it has no text to search for", "write the text around them, as in f(:[x]); " + asRegexp}
	}
	t.forgetNames()
	return t, nil
}

type parser struct {
	text  string
	pos   int
	count int
	scan  scanner
}

func (p *parser) fail(start, end int, message, remedy string) *Error {
	return &Error{Start: start, End: end, Message: message, Remedy: remedy}
}

// elements parses elements up to the closing delimiter `until`, or up to the end of the text if
// `until` is 0.
func (p *parser) elements(until byte) ([]Element, *Error) {
	var all []Element
	start := p.pos - 1
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		if c == until && until != 0 {
			return all, nil
		}
		switch c {
		case ')', ']', '}':
			if until != 0 {
				return nil, p.fail(start, start+1, p.text[start:start+1]+" is never closed", "write "+string(until)+" after it; "+asRegexp)
			}
			return nil, p.fail(p.pos, p.pos+1, string(c)+" has no opening "+string(openerOf(c)), "write "+string(openerOf(c))+" before it; "+asRegexp)
		case '(', '[', '{':
			opening := c
			closing := byte(')')
			if c != '(' {
				closing = c + 2
			}
			p.pos++
			inner, err := p.elements(closing)
			if err != nil {
				return nil, err
			}
			p.pos++
			if all, err = p.add(all, &Group{Open: opening, Close: closing, Elements: inner}); err != nil {
				return nil, err
			}
			continue
		}
		e, err := p.leaf(true)
		if err != nil {
			return nil, err
		}
		if all, err = p.add(all, e); err != nil {
			return nil, err
		}
	}
	if until != 0 {
		return nil, p.fail(start, start+1, p.text[start:start+1]+" is never closed", "write "+string(until)+" after it; "+asRegexp)
	}
	return all, nil
}

// leaf parses a hole, white space, a string or text. `code` is false inside a string, which cannot
// contain strings or comments.
func (p *parser) leaf(code bool) (Element, *Error) {
	at := p.pos
	rest := p.text[at:]
	switch {
	case strings.HasPrefix(rest, "..."):
		p.pos += 3
		return &Hole{Name: Unnamed}, nil
	case strings.HasPrefix(rest, ":["):
		return p.hole()
	case IsSpace(rest[0]):
		for p.pos < len(p.text) && IsSpace(p.text[p.pos]) {
			p.pos++
		}
		return Space{}, nil
	}
	if code && Special[rest[0]] {
		if m, ok := p.scan.tokenAt(at); ok && m.Kind == Comment {
			return nil, p.fail(m.Start, m.End, "a template cannot contain a comment, because comments match as white space", "leave it out of the template; "+asRegexp)
		} else if ok {
			return p.quoted(m)
		}
	}
	if code && strings.IndexByte("\"'`", rest[0]) >= 0 && !afterWord([]byte(p.text[:at])) {
		return nil, p.fail(at, at+1, "the string that starts with this quotation mark is never closed", "close it with "+rest[:1]+"; "+asRegexp)
	}
	for p.pos++; p.pos < len(p.text) && p.isPlain(p.pos); p.pos++ {
	}
	return Text(p.text[at:p.pos]), nil
}

// isPlain says whether the byte at i can only be text.
func (p *parser) isPlain(i int) bool {
	rest := p.text[i:]
	return !Special[rest[0]] && !IsSpace(rest[0]) && !strings.HasPrefix(rest, "...") && !strings.HasPrefix(rest, ":[")
}

func (p *parser) quoted(m Mark) (Element, *Error) {
	end := p.text
	q := &Quoted{Mark: p.text[m.Start : m.Start+m.Width]}
	p.text = p.text[:m.End-m.Width]
	p.pos += m.Width
	for p.pos < len(p.text) {
		e, err := p.leaf(false)
		if err != nil {
			return nil, err
		}
		if q.Elements, err = p.add(q.Elements, e); err != nil {
			return nil, err
		}
	}
	p.text, p.pos = end, m.End
	return q, nil
}

// add appends e to all. It merges a Text with a Text before it.
func (p *parser) add(all []Element, e Element) ([]Element, *Error) {
	if text, ok := e.(Text); ok && len(all) > 0 {
		if before, ok := all[len(all)-1].(Text); ok {
			all[len(all)-1] = before + text
			return all, nil
		}
	}
	if p.count++; p.count > maxElements {
		return nil, p.fail(0, len(p.text), "the template has more than 200 parts", "shorten it")
	}
	return append(all, e), nil
}

func (p *parser) hole() (Element, *Error) {
	at := p.pos
	end, ok := HoleEnd(p.text, at)
	if !ok {
		return nil, p.fail(at, at+2, "this hole is never closed", "close it with ]; "+asRegexp)
	}
	written := p.text[at:end]
	p.pos = end
	if m := holeNotation.FindStringSubmatch(written); m != nil && len(m[0]) == len(written) {
		kinds := []HoleKind{Word, Anything, Expression, NonSpace, Line, Blank}
		for i, name := range m[1:] {
			if name != "" {
				return &Hole{Kind: kinds[i], Name: name}, nil
			}
		}
		return &Hole{Kind: Blank, Name: Unnamed}, nil
	}
	name, expr, isRegexp := strings.Cut(written[2:len(written)-1], "~")
	for i := 0; i < len(name); i++ {
		isRegexp = isRegexp && IsWord(name[i])
	}
	if !isRegexp {
		return nil, p.fail(at, end, written+" is not a hole", holeNotations+"; "+asRegexp)
	}
	if name == "" {
		name = Unnamed
	}
	if err := checkRegexp(expr); err != "" {
		return nil, p.fail(at, end, "the regular expression of "+written+" "+err, "write another one; "+asRegexp)
	}
	return &Hole{Kind: Regexp, Name: name, Regexp: expr}, nil
}

// checkRegexp returns what is wrong with a hole's regular expression, or "" if nothing is.
func checkRegexp(expr string) string {
	if expr == "" {
		return "is empty"
	}
	if _, err := regexp.Compile(expr); err != nil {
		return "is not valid: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	}
	re, err := syntax.Parse(expr, syntax.Perl)
	if err == nil && asserts(re) {
		return `has an assertion (^ $ \b \B \A \z), which a hole cannot have`
	}
	return ""
}

func asserts(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	for _, sub := range re.Sub {
		if asserts(sub) {
			return true
		}
	}
	return false
}

// HoleEnd returns the position after the hole whose ":[" is at start. It returns false if the hole
// is never closed. Brackets inside a hole nest, and a backslash escapes the next character.
func HoleEnd(text string, start int) (int, bool) {
	depth := 0
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return 0, false
}

// hasText says whether elements contain anything other than holes and white space.
func hasText(elements []Element) bool {
	for _, e := range elements {
		switch e.(type) {
		case Text, *Group, *Quoted:
			return true
		}
	}
	return false
}
