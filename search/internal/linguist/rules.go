package linguist

import (
	_ "embed" // of the table
	"path"
	"regexp"
	"strings"
	"sync"
)

// rulesTable is written by generate.go, a line each: a word and what it is about,
// separated by tabs.
//
//	vendored    a regular expression of paths
//	extensions  that the rules until the next such line are for
//	is          the languages of a rule; of several rules the first that holds counts
//	if          a regular expression that a content of the rule before matches
//	unless      one that it does not match
//
//go:embed rules.txt
var rulesTable string

// ruleSet is the table. Regular expressions are compiled when first needed.
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
			panic("embedded table of rules: " + word + " is no word of it; run go generate")
		}
	}
	return set
})

func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// IsVendor reports whether a path tells that a file is others' work.
func IsVendor(file string) bool { return rules().vendored().MatchString(file) }

// ByContent is the languages that rules for the file's extension find in the
// content; none where no rule is for it or holds.
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
