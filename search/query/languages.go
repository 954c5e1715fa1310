package query

import (
	"maps"
	"slices"
	"sync"

	"github.com/go-enry/go-enry/v2/data"
)

// languageOf finds the language that a lang: filter names, by name or alias in
// any case.
func languageOf(t token) (string, *Error) {
	if name, ok := data.LanguageByAlias(t.text); ok {
		return name, nil
	}
	return "", fail(t.value, "unknown language "+quote(t.text),
		didYouMean(t.text, languageWords()),
		"use a name of github-linguist, as in lang:go, lang:c++ or lang:\"visual basic .net\"; or filter by path, as in file:\\.ext$")
}

// languageWords is every name and alias, in a fixed order so that of two near
// words the same is always suggested. Names come first.
var languageWords = sync.OnceValue(func() []string {
	names := slices.Sorted(maps.Keys(data.IDByLanguage))
	return append(names, slices.Sorted(maps.Keys(data.LanguageByAliasMap))...)
})
