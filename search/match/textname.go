package match

import "github.com/backsight/backsight/search/internal/linguist"

// HasTextName reports whether the name of a file is that of a text: its name or its extension
// belongs to a language of github-linguist. If such a file is binary, people may have expected that
// it is searched.
func HasTextName(path string) bool { return len(linguist.ByPath(path)) > 0 }
