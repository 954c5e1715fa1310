package linguist

import (
	_ "embed" // of the table
	"path"
	"slices"
	"strings"
	"sync"
)

// namesTable is written by generate.go, a line each: a kind, a key of that kind,
// and the languages that it names, separated by tabs.
//
//go:embed names.txt
var namesTable string

// names is the table by kind and key, read when first asked for.
var names = sync.OnceValue(func() map[string]map[string][]string {
	byKind := map[string]map[string][]string{}
	for line := range strings.Lines(namesTable) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		kind, key := fields[0], fields[1]
		if byKind[kind] == nil {
			byKind[kind] = map[string][]string{}
		}
		byKind[kind][key] = fields[2:]
	}
	return byKind
})

// Names is every name of a language and then every alias, as the table has them.
func Names() (all []string) {
	for _, kind := range []string{"language", "alias"} {
		for line := range strings.Lines(namesTable) {
			if fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3); fields[0] == kind {
				all = append(all, fields[1])
			}
		}
	}
	return all
}

// ByName is the language of a name or alias, in any case and with spaces or
// underscores.
func ByName(text string) (name string, ok bool) {
	key, _, _ := strings.Cut(text, ",") // as enry does
	found := names()["alias"][strings.ToLower(strings.ReplaceAll(key, " ", "_"))]
	if len(found) == 0 {
		return "", false
	}
	return found[0], true
}

// ByPath is the languages that a path can mean: by the file's name, else by its
// longest extension that any language has.
func ByPath(file string) []string {
	base := path.Base(file)
	if found := names()["file"][base]; len(found) > 0 {
		return found
	}
	extensions := names()["extension"]
	lower := strings.ToLower(base)
	for i := strings.IndexByte(lower, '.'); i >= 0; {
		if found := extensions[lower[i:]]; len(found) > 0 {
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
	for _, found := range names()["interpreter"] {
		if slices.Contains(found, name) {
			return true
		}
	}
	return false
}
