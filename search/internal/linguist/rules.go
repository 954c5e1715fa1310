package linguist

import (
	_ "embed" // for rulesTable
	"path"
	"regexp"
	"strings"
	"sync"
)

// rulesTable is written by generate.go. Each line has a keyword and its arguments, separated by
// tabs.
//
//	vendored    a regular expression for paths
//	extensions  the extensions that the rules up to the next such line apply to
//	is          the languages of a rule; the first rule that holds decides
//	if          a regular expression that a file must match for the rule above
//	unless      a regular expression that it must not match
//
//go:embed rules.txt
var rulesTable string

// A ruleSet is the parsed table. Regular expressions are compiled at first use.
type ruleSet struct {
	vendored    func() *regexp.Regexp
	byExtension map[string]*[]rule
}

type rule struct {
	languages  []string
	conditions []condition
}

type condition struct {
	expr func() *regexp.Regexp
	want bool
}

var rules = sync.OnceValue(func() *ruleSet {
	set := &ruleSet{byExtension: map[string]*[]rule{}}
	var list *[]rule
	for line := range strings.Lines(rulesTable) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch word := fields[0]; word {
		case "vendored":
			set.vendored = lazy(fields[1])
		case "extensions":
			list = new([]rule)
			for _, extension := range fields[1:] {
				set.byExtension[extension] = list
			}
		case "is":
			*list = append(*list, rule{languages: fields[1:]})
		case "if", "unless":
			r := &(*list)[len(*list)-1]
			r.conditions = append(r.conditions, condition{lazy(fields[1]), word == "if"})
		default:
			panic("embedded table of rules: " + word + " is not a keyword; run go generate")
		}
	}
	return set
})

func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// IsVendor reports whether a path indicates a vendored file, which is a copy of another project's
// file.
func IsVendor(file string) bool { return rules().vendored().MatchString(file) }

// VendoredPaths returns the regular expression of IsVendor.
func VendoredPaths() string { return rules().vendored().String() }

// ByContent returns the languages that the rules for the file's extension find in the content. It
// returns none if there are no rules, or if no rule holds.
func ByContent(file string, content []byte) []string {
	list := rules().byExtension[strings.ToLower(path.Ext(file))]
	if list == nil {
		return nil
	}
	for _, r := range *list {
		if r.holds(content) {
			return r.languages
		}
	}
	return nil
}

func (r rule) holds(content []byte) bool {
	for _, c := range r.conditions {
		if c.expr().Match(content) != c.want {
			return false
		}
	}
	return true
}
