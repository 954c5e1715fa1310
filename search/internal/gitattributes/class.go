package gitattributes

import "strings"

// class compiles a set of bytes in brackets.
func (g *glob) class() {
	set, p := &[256]bool{}, g.pattern
	g.at++
	negated := g.peek(g.at) == '!' || g.peek(g.at) == '^'
	if negated {
		g.at++
	}
	last := byte(0) // the start of a range
	for first := true; first || g.peek(g.at) != ']'; first = false {
		c := g.peek(g.at)
		switch {
		case c == '\\':
			g.at++
			if c = g.peek(g.at); c != 0 {
				set[c] = true
			}
		case c == '-' && last != 0 && g.peek(g.at+1) != 0 && g.peek(g.at+1) != ']':
			g.at++
			if c = g.peek(g.at); c == '\\' {
				g.at++
				c = g.peek(g.at)
			}
			if c != 0 {
				for i := int(last); i <= int(c); i++ {
					set[i] = true
				}
				g.at++
				last = 0
				continue
			}
		case c == '[' && g.peek(g.at+1) == ':':
			end := strings.IndexByte(g.text[g.at+2:], ']')
			if end < 0 {
				c = 0
				break
			}
			name, named := strings.CutSuffix(g.text[g.at+2:g.at+2+end], ":")
			if !named {
				set['['] = true // the [ is an ordinary byte of the set
				break
			}
			is := classes[name]
			if is == nil {
				c = 0
				break
			}
			for i := range set {
				set[i] = set[i] || is(byte(i))
			}
			g.at += 2 + end + 1
			last = 0
			continue
		case c != 0:
			set[c] = true
		}
		if c == 0 { // git finds no match for a malformed set
			p.never = true
			return
		}
		last = c
		g.at++
	}
	g.at++
	for i := range set {
		set[i] = set[i] != negated && i != '/'
	}
	p.steps = append(p.steps, step{kind: oneOf, set: set})
}

// classes has the names in brackets and colons, by the rules of git, which do not depend on the
// locale.
var classes = map[string]func(byte) bool{
	"alnum":  func(c byte) bool { return isAlpha(c) || isDigit(c) },
	"alpha":  isAlpha,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 127 },
	"digit":  isDigit,
	"graph":  isGraph,
	"lower":  func(c byte) bool { return 'a' <= c && c <= 'z' },
	"print":  func(c byte) bool { return ' ' <= c && c < 127 },
	"punct":  func(c byte) bool { return isGraph(c) && !isAlpha(c) && !isDigit(c) },
	"space":  func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' },
	"upper":  func(c byte) bool { return 'A' <= c && c <= 'Z' },
	"xdigit": func(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' },
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isGraph(c byte) bool { return ' ' < c && c < 127 }
