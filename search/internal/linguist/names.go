package linguist

import (
	_ "embed" // of the table
	"path"
	"slices"
	"strings"
	"sync"
)

// namesTable is written by generate.go: parts in the order of the constants below,
// with an empty line between them. A line is a key and the languages that it names,
// separated by tabs; of the first part, a language alone.
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

// Those that are asked about every file are read when first asked for.
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

// Names is every name of a language and then every alias, both sorted.
func Names() (all []string) {
	for _, i := range []int{languages, aliases} {
		for line := range strings.SplitSeq(part(i), "\n") {
			name, _, _ := strings.Cut(line, "\t")
			all = append(all, name)
		}
	}
	return all
}

// ByName is the language of a name or alias, in any case and with spaces or
// underscores.
func ByName(text string) (name string, ok bool) {
	text, _, _ = strings.Cut(text, ",") // as enry does
	text = strings.ToLower(strings.ReplaceAll(text, " ", "_"))
	for line := range strings.SplitSeq(part(aliases), "\n") {
		if alias, name, _ := strings.Cut(line, "\t"); alias == text {
			return name, true
		}
	}
	return "", false
}

// ByPath is the languages that a path can mean: by the file's name, else by its
// longest extension that any language has.
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

// HasInterpreter says whether a #! line can name the language.
func HasInterpreter(name string) bool {
	for _, found := range byInterpreter() {
		if slices.Contains(found, name) {
			return true
		}
	}
	return false
}
