package match

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/query"
)

// Measures says what is counted in the files of a language.
type Measures uint8

const (
	// Lines counts line ends (\n), and a last line without one. Binary files have no lines.
	Lines Measures = 1 << iota
	// Bytes sums the sizes of files.
	Bytes
	// Files counts files.
	Files
)

// Languages requests language statistics instead of matches; see Options.
type Languages struct {
	// Measures has one measure or several. With one measure, the values are languages. With
	// several, SplitMeasure splits a value into its measure and its language.
	Measures Measures
	// Vendored counts vendored files, documentation, generated files and undetectable files, under
	// the names VendoredFiles, DocumentationFiles, GeneratedFiles and UndetectableFiles. Without
	// it, they are not counted. Attributes put a file into one of these groups. Without the
	// attribute linguist-vendored, go-enry decides by the path whether a file is vendored.
	Vendored bool
}

// These are the names of the groups of files that are not counted under a language. No language's
// name starts with a parenthesis.
const (
	UnknownLanguage = "(unknown)" // text files in no known language
	BinaryFiles     = "(binary)"

	// The groups below can contain text files and binary files.
	VendoredFiles      = "(vendored)"
	DocumentationFiles = "(documentation)" // with the attribute linguist-documentation
	GeneratedFiles     = "(generated)"     // with the attribute linguist-generated
	UndetectableFiles  = "(undetectable)"  // with the attribute -linguist-detectable
)

// languages measures files by language.
type languages struct {
	Languages
	names map[Measures]string // the prefix of values, by measure; nil if there is one measure
}

var measureNames = []struct {
	measure Measures
	name    string
}{{Lines, "lines"}, {Bytes, "bytes"}, {Files, "files"}}

// compileLanguages sets up the matcher for language statistics, if the options request them.
func (m *Matcher) compileLanguages(q *query.Query, opts Options) error {
	if opts.Languages == nil {
		return nil
	}
	if opts.ByValue {
		return fmt.Errorf("query %q: it cannot count by capturing group and by language at the same time", q)
	}
	if err := q.CheckByLanguage(); err != nil {
		return err
	}
	l := &languages{Languages: *opts.Languages}
	if l.Measures == 0 || l.Measures&^(Lines|Bytes|Files) != 0 {
		return fmt.Errorf("query %q: language statistics need one or more of the measures Lines, Bytes and Files, and no other", q)
	}
	if l.Measures&(l.Measures-1) != 0 {
		l.names = map[Measures]string{}
		for _, x := range measureNames {
			l.names[x.measure] = x.name + " "
		}
	}
	m.languages = l
	m.pathExprs = append(m.pathExprs, linguist.VendoredPaths())
	return nil
}

// SplitMeasure splits a value into its measure and its language. It must only be used with several
// measures.
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

// each calls yield with the measures of a file, and returns their sum.
func (l *languages) each(f *file, size int64, yield func(value []byte, n int64)) (sum int64) {
	return l.tell(f, countLines(f.text, false), size, yield)
}

// tell is like each, but takes the number of the file's lines, so f.text may be only its beginning.
func (l *languages) tell(f *file, lines, size int64, yield func(value []byte, n int64)) (sum int64) {
	language := l.of(f)
	var name [maxValue]byte
	tell := func(measure Measures, n int64) {
		if l.Measures&measure != 0 && n != 0 {
			yield(append(append(name[:0], l.names[measure]...), language...), n)
			sum += n
		}
	}
	if !f.binary {
		tell(Lines, lines)
	}
	tell(Bytes, size)
	tell(Files, 1)
	return sum
}

// of returns the group of a file: a language, or a name such as BinaryFiles.
func (l *languages) of(f *file) string {
	a := f.m.attributes
	if l.Vendored {
		if group := omitted(f.path, a); group != "" {
			return group
		}
	}
	candidates := linguist.ByPath(f.path)
	switch {
	case f.binary:
		return BinaryFiles
	case a.Overridden && a.Language == "":
		return UnknownLanguage
	case a.Overridden:
		return a.Language
	case len(candidates) == 1:
		return candidates[0]
	}
	if language := languageOf(candidates, f.path, f.text[:min(len(f.text), maxDetect)]); language != "" {
		return language
	}
	return UnknownLanguage
}

// classOf appends to `class` everything in a path and in attributes that the result of languages.of
// depends on.
func (l *languages) classOf(class []byte, file string, a *linguist.Attributes) []byte {
	if l.Vendored {
		if group := omitted(file, a); group != "" {
			return append(class, group...)
		}
	}
	if a.Overridden {
		return append(append(class, '1'), a.Language...)
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

// skips reports whether the path and the attributes exclude a file from the statistics.
func (l *languages) skips(file string, a *linguist.Attributes) bool {
	return !l.Vendored && omitted(file, a) != ""
}

// omitted returns the name of the group if a file is vendored, documentation, generated or
// undetectable, or else "".
func omitted(file string, a *linguist.Attributes) string {
	switch {
	case a.Vendored == linguist.Yes, a.Vendored == linguist.Unmarked && linguist.IsVendor(file):
		return VendoredFiles
	case a.Documentation == linguist.Yes:
		return DocumentationFiles
	case a.Generated == linguist.Yes:
		return GeneratedFiles
	case a.Detectable == linguist.No:
		return UndetectableFiles
	}
	return ""
}

// countLines returns the number of lines of a text, or of a later part of it. A byte order mark
// alone is no line.
func countLines(text []byte, later bool) int64 {
	if !later {
		text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	}
	n := int64(bytes.Count(text, []byte{'\n'}))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}
