package match

import (
	"path"
	"slices"
	"strings"

	"github.com/backsight/backsight/search/internal/linguist"
)

// maxDetect is how many bytes of a file are read to detect its language.
const maxDetect = 64 << 10

// A language recognizes the files of one programming language. A path names the languages of the
// file's name or, if there are none, of its extension. If the path names one language, it decides.
// If it names several, the content decides among them. If it names none, the #! line decides; if
// the interpreter in that line belongs to several languages, the content decides among them. The
// attribute linguist-language takes precedence over all of them.
type language struct {
	name    string
	scripts bool // the language has interpreters that a #! line can name
}

func newLanguage(name string) *language {
	return &language{name: name, scripts: linguist.HasInterpreter(name)}
}

func (l *language) onPath(file string, a *linguist.Attributes) tri {
	switch {
	case a == anyAttributes:
		return unknown
	case a.Overridden:
		return triOf(a.Language == l.name)
	}
	switch candidates := linguist.ByPath(file); {
	case len(candidates) == 0 && l.scripts:
		return unknown
	case !slices.Contains(candidates, l.name):
		return no
	case len(candidates) == 1:
		return yes
	default:
		return unknown
	}
}

func (l *language) holds(file string, content []byte, a *linguist.Attributes) bool {
	if t := l.onPath(file, a); t != unknown {
		return t == yes
	}
	text, binary := Decode(content)
	return !binary && languageOf(linguist.ByPath(file), file, text[:min(len(text), maxDetect)]) == l.name
}

// languageOf chooses one of the candidates by content; without candidates, it chooses among the
// languages of the #! line. The steps are those of github-linguist that follow the detection by
// path. languageOf returns "" if there is neither a candidate nor a #! line of a known language, or
// if several languages remain and linguist.Classify has samples of none of them.
func languageOf(candidates []string, file string, content []byte) string {
	byLine := linguist.ByShebang(content)
	if len(candidates) == 0 {
		candidates = byLine
	}
	if len(candidates) == 0 {
		return ""
	}
	narrow := func(found []string) bool {
		var both []string
		for _, name := range found {
			if slices.Contains(candidates, name) {
				both = append(both, name)
			}
		}
		if len(both) > 0 {
			candidates = both
		}
		return len(candidates) == 1
	}
	if narrow(byLine) || narrow(linguist.ByContent(file, content)) {
		return candidates[0]
	}
	return linguist.Classify(content, candidates)
}

// suffix returns the part of a path that languageOf depends on: the extensions, or the name if it
// has none.
func suffix(file string) string {
	base := path.Base(file)
	if i := strings.IndexByte(base, '.'); i >= 0 {
		return base[i:]
	}
	return base
}
