package query

import (
	"regexp"
	"strings"
)

// Parse parses a series query. The error is always an *Error.
func Parse(text string) (*Query, error) {
	q := &Query{scope: &Scope{}}
	var words []string
	var nodes []Node
	for _, w := range strings.Fields(text) {
		switch field, value, _ := strings.Cut(w, ":"); field {
		case "patterntype":
			if value == "regexp" {
				q.PatternType = RegexpType
			}
		case "case":
			q.CaseSensitive = value == "yes"
		case "file":
			nodes = append(nodes, &File{Regexp: value})
		case "-file":
			nodes = append(nodes, &Not{Node: &File{Regexp: value}})
		case "lang":
			nodes = append(nodes, &Language{Name: value})
		default:
			words = append(words, w)
		}
	}
	p := &Pattern{Text: strings.Join(words, " ")}
	if q.PatternType == RegexpType {
		p.Kind, p.Text = Regexp, strings.Join(words, ".*?")
		if _, err := regexp.Compile("(?m)" + p.Text); err != nil {
			return nil, &Error{Message: err.Error(), Suggestion: "mend the regular expression"}
		}
	}
	if p.Text != "" {
		nodes = append(nodes, p)
	}
	if len(nodes) == 1 {
		q.Expr = nodes[0]
	} else if len(nodes) > 1 {
		q.Expr = &And{Nodes: nodes}
	}
	return q, nil
}

// ParseScope parses a repository scope: repo:, -repo:, fork: and archived:
// filters and booleans of them. The error is always an *Error.
func ParseScope(text string) (*Scope, error) {
	s := &Scope{patterns: map[string]*regexp.Regexp{}}
	for _, w := range strings.Fields(text) {
		value, ok := strings.CutPrefix(w, "repo:")
		if !ok {
			return nil, &Error{Message: "not a scope filter: " + w, Suggestion: "use repo:"}
		}
		re, err := regexp.Compile("(?i)" + value)
		if err != nil {
			return nil, &Error{Message: err.Error(), Suggestion: "mend the regular expression"}
		}
		s.patterns[value] = re
		s.Expr = &RepoName{Regexp: value}
	}
	return s, nil
}
