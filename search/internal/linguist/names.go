package linguist

import (
	_ "embed" // for namesTable
	"path"
	"slices"
	"strings"
	"sync"
)

// namesTable is written by generate.go. It has one part for each of the constants below, in their
// order, separated by empty lines. A line is a key and the languages that it stands for, separated
// by tabs. In the first part, a line is just a language.
//
//go:embed names.txt
var namesTable string

const (
	languages = iota
	aliases
	extensions
	files
	interpreters
)

func part(i int) string { return strings.Split(namesTable, "\n\n")[i] }

// The tables are parsed at first use.
var (
	byExtension   = read(extensions)
	byFile        = read(files)
	byInterpreter = read(interpreters)
)

func read(i int) func() map[string][]string {
	return sync.OnceValue(func() map[string][]string {
		text := part(i)
		byKey := make(map[string][]string, strings.Count(text, "\n")+1)
		for line := range strings.SplitSeq(text, "\n") {
			fields := strings.Split(line, "\t")
			byKey[fields[0]] = fields[1:]
		}
		return byKey
	})
}

// Names returns the names of all languages, followed by all aliases. Both are sorted.
func Names() (all []string) {
	for _, i := range []int{languages, aliases} {
		for line := range strings.SplitSeq(part(i), "\n") {
			name, _, _ := strings.Cut(line, "\t")
			all = append(all, name)
		}
	}
	return all
}

// ByName returns the language with a name or alias. It ignores case, accepts underscores for
// spaces, and ignores a comma and what follows it, as enry does.
func ByName(text string) (name string, ok bool) {
	text, _, _ = strings.Cut(text, ",") // as in enry
	text = strings.ToLower(strings.ReplaceAll(text, " ", "_"))
	for line := range strings.SplitSeq(part(aliases), "\n") {
		if alias, name, _ := strings.Cut(line, "\t"); alias == text {
			return name, true
		}
	}
	return "", false
}

// ByPath returns the languages that a path can have: those of the file's name, or else those of its
// longest extension that belongs to any language.
func ByPath(file string) []string {
	base := path.Base(file)
	if found := byFile()[base]; len(found) > 0 {
		return found
	}
	lower := strings.ToLower(base)
	for i := strings.IndexByte(lower, '.'); i >= 0; {
		if found := byExtension()[lower[i:]]; len(found) > 0 {
			return found
		}
		next := strings.IndexByte(lower[i+1:], '.')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return nil
}

// HasInterpreter reports whether a #! line can name the language.
func HasInterpreter(name string) bool {
	for _, found := range byInterpreter() {
		if slices.Contains(found, name) {
			return true
		}
	}
	return false
}
