package query

import "github.com/backsight/backsight/search/internal/linguist"

// languageOf finds the language that a lang: filter names, by name or alias in
// any case.
func languageOf(t token) (string, *Error) {
	if name, ok := linguist.ByName(t.text); ok {
		return name, nil
	}
	return "", fail(t.value, "unknown language "+quote(t.text),
		didYouMean(t.text, linguist.Names()),
		"use a name of github-linguist, as in lang:go, lang:c++ or lang:\"visual basic .net\"; or filter by path, as in file:\\.ext$")
}
