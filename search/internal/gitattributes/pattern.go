package gitattributes

import (
	"math/bits"
	"strings"
)

// A pattern is a compiled pattern: an automaton that reads a path byte by byte, from the folder of
// the .gitattributes file on. Its states are the positions in steps.
type pattern struct {
	steps  []step
	tail   string // every match ends in this text, which is within the last name of the path
	byName bool   // the pattern has no slash, and matches the last name
	never  bool   // the pattern matches no file
	start  states
}

// A step is a part of a pattern.
type step struct {
	kind stepKind
	char byte       // of oneByte
	set  *[256]bool // of oneOf
}

type stepKind byte

const (
	oneByte    stepKind = iota // char
	oneOf                      // a byte of set, which has no slash
	anyBytes                   // any number of bytes, without a slash
	anyPath                    // any number of bytes
	maybe                      // nothing, or the next step, which is anyFolders
	anyFolders                 // any number of bytes and then a slash
)

// states is a set of positions in a pattern. The last position, after all steps, means that the
// whole pattern matched.
type states []uint64

func (s states) has(i int) bool { return s[i/64]>>(i%64)&1 != 0 }

func (s states) empty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
}

// enter adds position i, and those that are reached from it without reading a byte.
func (p *pattern) enter(s states, i int) {
	for {
		s[i/64] |= 1 << (i % 64)
		if i == len(p.steps) {
			return
		}
		switch p.steps[i].kind {
		case anyBytes, anyPath:
		case maybe:
			p.enter(s, i+2)
		default:
			return
		}
		i++
	}
}

// read adds to `to`, which must be empty, the states after one more byte.
func (p *pattern) read(from, to states, c byte) {
	for w, word := range from {
		for ; word != 0; word &= word - 1 {
			i := w*64 + bits.TrailingZeros64(word)
			if i == len(p.steps) {
				continue
			}
			switch s := &p.steps[i]; s.kind {
			case oneByte:
				if s.char == c {
					p.enter(to, i+1)
				}
			case oneOf:
				if s.set[c] {
					p.enter(to, i+1)
				}
			case anyBytes:
				if c != '/' {
					p.enter(to, i)
				}
			case anyPath:
				p.enter(to, i)
			case anyFolders:
				p.enter(to, i)
				if c == '/' {
					p.enter(to, i+1)
				}
			}
		}
	}
}

// after returns the states after a text that is read in the given states.
func (p *pattern) after(from states, text string) states {
	now, next := append(states{}, from...), make(states, len(from))
	for i := 0; i < len(text) && !now.empty(); i++ {
		clear(next)
		p.read(now, next, text[i])
		now, next = next, now
	}
	return now
}

// matches reports whether a file with the given last name matches, if the pattern is in the given
// states after the folder.
func (p *pattern) matches(at states, name string) bool {
	return strings.HasSuffix(name, p.tail) && p.after(at, name).has(len(p.steps))
}

// compile compiles a pattern of a .gitattributes file.
func compile(text string) *pattern {
	p := &pattern{}
	if strings.HasSuffix(text, "/") || text == "" {
		p.never = true // it matches folders, which have no attributes
		return p
	}
	p.byName = !strings.Contains(text, "/")
	plain := strings.IndexAny(text, `*?[\`)
	if plain < 0 {
		plain = len(text)
	}
	rest := text[plain:]
	literal := text[:plain]
	if text[0] == '/' {
		literal = literal[1:]
	}
	for i := range len(literal) {
		p.literal(literal[i])
	}
	// git compares the beginning without wildcards first, and then the rest as a pattern of its
	// own. So ** at the start of the rest crosses slashes, as in foo**/bar.
	g := glob{pattern: p, text: rest}
	g.compile()
	if p.never {
		return p
	}
	for _, s := range p.steps {
		if p.tail += string([]byte{s.char}); s.kind != oneByte || s.char == '/' {
			p.tail = ""
		}
	}
	p.start = make(states, len(p.steps)/64+1)
	p.enter(p.start, 0)
	return p
}

func (p *pattern) literal(c byte) { p.steps = append(p.steps, step{kind: oneByte, char: c}) }

// A glob compiles the part of a pattern that has wildcards, as git's wildmatch.c reads it.
type glob struct {
	pattern *pattern
	text    string
	at      int
}

// peek returns the byte at a position, or 0 at the end, as in C.
func (g *glob) peek(at int) byte {
	if at < len(g.text) {
		return g.text[at]
	}
	return 0
}

func (g *glob) compile() {
	p := g.pattern
	for g.at < len(g.text) && !p.never {
		switch c := g.text[g.at]; c {
		case '\\':
			if g.at++; g.at == len(g.text) {
				p.never = true
				return
			}
			p.literal(g.text[g.at])
			g.at++
		case '?':
			set := &[256]bool{}
			for i := range set {
				set[i] = i != '/'
			}
			p.steps = append(p.steps, step{kind: oneOf, set: set})
			g.at++
		case '*':
			g.stars()
		case '[':
			g.class()
		default:
			p.literal(c)
			g.at++
		}
	}
}

func (g *glob) stars() {
	from := g.at
	for g.peek(g.at) == '*' {
		g.at++
	}
	next := g.peek(g.at)
	bounded := from == 0 || g.text[from-1] == '/'
	ended := g.at == len(g.text) || next == '/' || next == '\\' && g.peek(g.at+1) == '/'
	p := g.pattern
	switch {
	case g.at-from == 1 || !bounded || !ended:
		p.steps = append(p.steps, step{kind: anyBytes})
	case next == '/':
		p.steps = append(p.steps, step{kind: maybe}, step{kind: anyFolders})
		g.at++
	default:
		p.steps = append(p.steps, step{kind: anyPath})
	}
}
