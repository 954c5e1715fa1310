package match

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/query"
)

// Measures are what is counted of the files of a language.
type Measures uint8

const (
	// Lines are the ends of lines (\n), and a last line without one. Binary files
	// have none.
	Lines Measures = 1 << iota
	// Bytes are the sizes of files.
	Bytes
	// Files counts files.
	Files
)

// Languages asks for language statistics instead of matches; see Options.
type Languages struct {
	// Measures is one measure, or several. With one the values are languages; with
	// several SplitMeasure tells the measure and the language of each.
	Measures Measures
	// Vendored counts files that the paths say are others' work, under the name
	// VendoredFiles; without it they are left out. What is vendored is enry's word.
	Vendored bool
}

// Names of groups of files that have no language. No language has a parenthesis
// first.
const (
	UnknownLanguage = "(unknown)" // text
	BinaryFiles     = "(binary)"
	VendoredFiles   = "(vendored)" // text and binary
)

// languages measures files by language.
type languages struct {
	Languages
	names map[Measures]string // nil with one measure
}

var measureNames = []struct {
	measure Measures
	name    string
}{{Lines, "lines"}, {Bytes, "bytes"}, {Files, "files"}}

// compileLanguages makes the matcher one for language statistics, if the options
// ask for them.
func (m *Matcher) compileLanguages(q *query.Query, opts Options) error {
	if opts.Languages == nil {
		return nil
	}
	if opts.ByValue {
		return fmt.Errorf("query %q: it can count by capturing group or by language, not both", q)
	}
	if err := q.CheckByLanguage(); err != nil {
		return err
	}
	l := &languages{Languages: *opts.Languages}
	if l.Measures == 0 || l.Measures&^(Lines|Bytes|Files) != 0 {
		return fmt.Errorf("query %q: language statistics need a measure", q)
	}
	if l.Measures&(l.Measures-1) != 0 {
		l.names = map[Measures]string{}
		for _, x := range measureNames {
			l.names[x.measure] = x.name + " "
		}
	}
	m.languages = l
	return nil
}

// SplitMeasure tells the measure and the language of a value of several measures.
func SplitMeasure(value string) (measure Measures, language string) {
	name, language, _ := strings.Cut(value, " ")
	for _, x := range measureNames {
		if x.name == name {
			return x.measure, language
		}
	}
	return 0, value
}

// ByLanguage reports whether the matcher's values are languages.
func (m *Matcher) ByLanguage() bool { return m.languages != nil }

// each tells what is measured of a file.
func (l *languages) each(f *file, size int64, yield func(value []byte, n int64)) (sum int64) {
	language := l.of(f)
	var name [maxValue]byte
	tell := func(measure Measures, n int64) {
		if l.Measures&measure != 0 && n != 0 {
			yield(append(append(name[:0], l.names[measure]...), language...), n)
			sum += n
		}
	}
	if !f.binary {
		tell(Lines, countLines(f.text))
	}
	tell(Bytes, size)
	tell(Files, 1)
	return sum
}

// of is the group of a file.
func (l *languages) of(f *file) string {
	if l.Vendored && linguist.IsVendor(f.path) {
		return VendoredFiles
	}
	candidates := linguist.ByPath(f.path)
	switch {
	case f.binary:
		return BinaryFiles
	case len(candidates) == 1:
		return candidates[0]
	}
	if language := languageOf(candidates, f.path, f.text[:min(len(f.text), maxDetect)]); language != "" {
		return language
	}
	return UnknownLanguage
}

// classOf is what of takes from a path.
func (l *languages) classOf(class []byte, file string) []byte {
	if l.Vendored && linguist.IsVendor(file) {
		return append(class, 'v')
	}
	switch candidates := linguist.ByPath(file); len(candidates) {
	case 0:
		return append(class, '0')
	case 1:
		return append(append(class, '1'), candidates[0]...)
	default:
		for _, name := range candidates {
			class = append(append(class, name...), 0)
		}
		return append(class, strings.ToLower(path.Ext(file))...)
	}
}

// skips says whether the path alone keeps a file from being measured.
func (l *languages) skips(file string) bool {
	return !l.Vendored && linguist.IsVendor(file)
}

func countLines(text []byte) int64 {
	n := int64(bytes.Count(text, []byte{'\n'}))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}
