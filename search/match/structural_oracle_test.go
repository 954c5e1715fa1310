package match

import (
	"regexp"
	"strings"

	"github.com/backsight/backsight/search/query/template"
)

// A unit is what a hole matches in one move: a character, a comment, a string, or a group of units.
type unit struct {
	text string
	kind byte // 'c' character, '/' comment, '"' string, '(' group
	kids []unit
	at   int
}

var tokens = []struct {
	re   *regexp.Regexp
	kind byte
}{
	{regexp.MustCompile(`^//[^\n]*`), '/'},
	{regexp.MustCompile(`^/\*(?s:.*?)\*/`), '/'},
	{regexp.MustCompile(`^#(?:[\s\v!][^\n]*|$)`), '#'},
	{regexp.MustCompile(`^"""(?s:[^\\]|\\.)*?"""`), '"'},
	{regexp.MustCompile(`^'''(?s:[^\\]|\\.)*?'''`), '"'},
	{regexp.MustCompile(`^"(?:[^"\\\n]|\\[^\n])*"`), '"'},
	{regexp.MustCompile(`^'(?:[^'\\\n]|\\[^\n])*'`), '"'},
	{regexp.MustCompile("^`(?s:[^`\\\\]|\\\\.)*`"), '"'},
}

// units parses content into a tree. It is written as simply as possible.
func units(content string) []unit {
	var flat []unit
	for i := 0; i < len(content); {
		u := unit{content[i : i+1], 'c', nil, i}
		for _, t := range tokens {
			found := t.re.FindString(content[i:])
			switch {
			case found == "":
			case strings.HasPrefix(found, "//") && i > 0 && content[i-1] == ':':
			case t.kind == '#' && i > 0 && !strings.ContainsRune(" \t\n\v\f\r", rune(content[i-1])):
			case found[0] == '\'' && regexp.MustCompile(`[0-9A-Za-z_]{3}$`).MatchString(content[:i]):
			case u.kind == 'c':
				if u.text, u.kind = strings.TrimSuffix(found, "\n"), t.kind; t.kind == '#' {
					u.kind = '/'
					u.text, _, _ = strings.Cut(found, "\n")
				}
			}
		}
		flat = append(flat, u)
		i += len(u.text)
	}
	partner := map[int]int{}
	gone := map[int]bool{}
	for j, u := range flat {
		k := strings.Index(")]}", u.text)
		if u.kind != 'c' || k < 0 {
			continue
		}
		for i := j - 1; i >= 0; i-- {
			if flat[i].kind == 'c' && flat[i].text == "([{"[k:k+1] && !gone[i] {
				partner[i] = j
				for ; i < j; i++ {
					gone[i] = true
				}
				break
			}
		}
	}
	var tree func(from, to int) []unit
	tree = func(from, to int) []unit {
		var all []unit
		for i := from; i < to; i++ {
			if j, ok := partner[i]; ok {
				all = append(all, unit{flat[i].text, '(', tree(i+1, j), flat[i].at})
				i = j
				continue
			}
			all = append(all, flat[i])
		}
		return all
	}
	return tree(0, len(flat))
}

func (u unit) len() int {
	if u.kind != '(' {
		return len(u.text)
	}
	n := 2
	for _, k := range u.kids {
		n += k.len()
	}
	return n
}

func (u unit) isSpace() bool {
	return u.kind == '/' || u.kind == 'c' && strings.Contains(" \t\n\v\f\r", u.text)
}

func (u unit) isWord() bool { return u.kind == 'c' && template.IsWord(u.text[0]) }

// plain matches elements with the units from index i on. It returns the index after the match, or
// -1. If whole is set, the elements must match all remaining units. It ignores the names of holes.
func plain(elements []template.Element, all []unit, i int, whole bool) int {
	if len(elements) == 0 {
		if whole && i < len(all) {
			return -1
		}
		return i
	}
	rest := func(i int) int { return plain(elements[1:], all, i, whole) }
	run := func(ok func(unit) bool) int {
		j := i
		for j < len(all) && ok(all[j]) {
			j++
		}
		if j == i {
			return -1
		}
		return rest(j)
	}
	lazy := func(least int, ok func(unit) bool) int {
		for j := i; ; j++ {
			stop := j == len(all) || !ok(all[j])
			if end := rest(j); end >= 0 && (len(elements) > 1 || stop) {
				if j < i+least {
					return -1
				}
				return end
			}
			if stop {
				return -1
			}
		}
	}
	switch e := elements[0].(type) {
	case template.Text:
		for k := range len(e) {
			if i+k >= len(all) || all[i+k].kind != 'c' || all[i+k].text[0] != e[k] {
				return -1
			}
		}
		return rest(i + len(e))
	case template.Space:
		return run(unit.isSpace)
	case *template.Group:
		if i < len(all) && all[i].kind == '(' && all[i].text[0] == e.Open && plain(e.Elements, all[i].kids, 0, true) >= 0 {
			return rest(i + 1)
		}
	case *template.Quoted:
		if i < len(all) && all[i].kind == '"' && strings.HasPrefix(all[i].text, e.Mark) {
			text := all[i].text
			if width := len(e.Mark); width == 1 && (strings.HasPrefix(text, `"""`) || strings.HasPrefix(text, `'''`)) && len(text) >= 6 {
				return -1
			} else {
				text = text[width : len(text)-width]
			}
			var inner []unit
			for k := range len(text) {
				inner = append(inner, unit{text[k : k+1], 'c', nil, 0})
			}
			if plain(e.Elements, inner, 0, true) >= 0 {
				return rest(i + 1)
			}
		}
	case *template.Hole:
		switch e.Kind {
		case template.Word:
			return run(unit.isWord)
		case template.Blank:
			return run(func(u unit) bool { return u.text == " " || u.text == "\t" })
		case template.Expression:
			return lazy(1, func(u unit) bool { return !u.isSpace() })
		case template.NonSpace:
			return lazy(1, func(u unit) bool { return u.kind == 'c' && !u.isSpace() })
		case template.Line:
			for j := i; j < len(all); j++ {
				if all[j].text == "\n" {
					return rest(j + 1)
				}
			}
		case template.Regexp:
			var text strings.Builder
			for j := i; j < len(all) && all[j].kind == 'c' && text.Len() < holeWindow; j++ {
				text.WriteString(all[j].text)
			}
			if found := regexp.MustCompile("^(?:" + e.Regexp + ")").FindStringIndex(text.String()); found != nil {
				return rest(i + found[1])
			}
		default:
			return lazy(0, func(unit) bool { return true })
		}
	}
	return -1
}

// plainRanges returns the matches in content of a template without names.
func plainRanges(text, content string) []span {
	t, bad := template.Parse(text)
	if bad != nil {
		panic(bad)
	}
	var found []span
	from := 0
	var walk func(all []unit)
	walk = func(all []unit) {
		for i, u := range all {
			if u.at >= from {
				if j := plain(t.Elements, all, i, false); j > i {
					last := all[j-1]
					found = append(found, span{u.at, last.at + last.len()})
					from = last.at + last.len()
				}
			}
			walk(u.kids)
		}
	}
	walk(units(content))
	return found
}
