package gitattributes

import "strings"

// FileName is the name of the files that this package reads.
const FileName = ".gitattributes"

// MaxSize is the size in bytes above which git ignores a .gitattributes file.
const MaxSize = 100<<20 - 1

// maxLine is the length in bytes from which git ignores a line.
const maxLine = 2048

const (
	blanks      = " \t\r\n"
	macroPrefix = "[attr]"
)

// A File is a parsed .gitattributes file.
type File struct {
	rules  []line
	macros []line
	named  map[string]bool // the attributes that it names
}

// A line says which attributes a pattern or a macro gives.
type line struct {
	name   string // the pattern, or the attribute that is a macro
	states []state
}

// A state is an attribute and its value.
type state struct {
	attribute string
	value     value
}

// A value is the value of an attribute.
type value struct {
	kind kind
	text string // of the kind isText
}

type kind byte

const (
	unknown kind = iota // no rule has said anything yet
	unset               // !attribute: as if no rule gave it
	no                  // -attribute
	yes                 // attribute
	isText              // attribute=text
)

// Parse parses the content of a .gitattributes file. It never fails: git ignores what it cannot
// read, line by line.
func Parse(content []byte) *File {
	f := &File{named: map[string]bool{}}
	whole, _, _ := strings.Cut(string(content), "\x00") // git reads up to there
	whole = strings.TrimPrefix(whole, "\ufeff")
	for one := range strings.SplitSeq(whole, "\n") {
		f.add(one)
	}
	return f
}

// Matters reports whether the file alone can give an attribute that github-linguist reads.
func (f *File) Matters() bool {
	for _, name := range names {
		if f.named[name] {
			return true
		}
	}
	return false
}

func (f *File) add(text string) {
	start := strings.TrimLeft(text, blanks)
	if start == "" || start[0] == '#' || len(text) >= maxLine {
		return
	}
	name, rest, quoted := unquote(start)
	if !quoted {
		name, rest = cutBlank(start)
	}
	macro := len(name) > len(macroPrefix) && strings.HasPrefix(name, macroPrefix)
	if macro {
		name, _ = cutBlank(strings.TrimLeft(name[len(macroPrefix):], blanks))
		if !isName(name) {
			return
		}
	} else if name != "" && name[0] == '!' {
		return // git has no negative patterns here
	}
	states, ok := parseStates(rest)
	if !ok {
		return
	}
	for _, s := range states {
		f.named[s.attribute] = true
	}
	if macro {
		f.macros = append(f.macros, line{name, states})
	} else {
		f.rules = append(f.rules, line{name, states})
	}
}

// parseStates reads the attributes of a line. ok is false if git ignores the line.
func parseStates(text string) (states []state, ok bool) {
	for {
		text = strings.TrimLeft(text, blanks)
		if text == "" {
			return states, true
		}
		var word string
		word, text = cutBlank(text)
		name, given, hasValue := strings.Cut(word, "=")
		s := state{attribute: name, value: value{kind: yes}}
		if hasValue {
			s.value = value{isText, given}
		}
		if name != "" && (name[0] == '-' || name[0] == '!') {
			s.attribute, s.value = name[1:], value{kind: no}
			if name[0] == '!' {
				s.value.kind = unset
			}
		}
		if !isName(s.attribute) {
			return nil, false
		}
		states = append(states, s)
	}
}

func isName(name string) bool {
	if name == "" || name[0] == '-' {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c != '-' && c != '.' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// cutBlank cuts a text at its first blank.
func cutBlank(s string) (before, after string) {
	if i := strings.IndexAny(s, blanks); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

var escapes = map[byte]byte{'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\', '"': '"'}

// unquote reads the text in quotation marks that s starts with. ok is false if there is none, or if
// it is malformed.
func unquote(s string) (quoted, rest string, ok bool) {
	if s[0] != '"' {
		return "", "", false
	}
	var out []byte
	for i := 1; i < len(s); i++ {
		switch c := s[i]; c {
		case '"':
			return string(out), s[i+1:], true
		case '\\':
			i++
			if i >= len(s) {
				return "", "", false
			}
			if e, known := escapes[s[i]]; known {
				out = append(out, e)
				continue
			}
			if i+3 > len(s) || s[i] < '0' || s[i] > '3' || !isOctal(s[i+1]) || !isOctal(s[i+2]) {
				return "", "", false
			}
			out = append(out, (s[i]-'0')<<6|(s[i+1]-'0')<<3|(s[i+2]-'0'))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return "", "", false
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }
