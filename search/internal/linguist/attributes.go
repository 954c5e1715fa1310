package linguist

import "strings"

// Attributes are the attributes of a file that github-linguist reads in .gitattributes files. They
// take precedence over what the path and the content say. The zero value is that of a file to which
// these files give no such attribute.
type Attributes struct {
	// Overridden says that linguist-language is given. Then the language is Language, or none if
	// Language is "", because the attribute has no value, or a value that is not the name of a
	// language.
	Overridden bool
	Language   string

	Vendored, Documentation, Generated, Detectable Mark
}

// A Mark says whether an attribute is given, denied or neither.
type Mark byte

// Unmarked means that no rule gives or denies the attribute.
const (
	Unmarked Mark = iota
	Yes
	No
)

// ByAttribute returns the language with the name or alias that a linguist-language attribute gives.
// Such a name cannot contain spaces, so hyphens stand for them. Case is ignored.
func ByAttribute(text string) (name string, ok bool) {
	if name, ok := ByName(text); ok {
		return name, true
	}
	text, _, _ = strings.Cut(text, ",")
	text = strings.ToLower(text)
	for line := range strings.SplitSeq(part(aliases), "\n") {
		if alias, name, _ := strings.Cut(line, "\t"); strings.ReplaceAll(alias, "_", "-") == text {
			return name, true
		}
	}
	return "", false
}
