package historycmd

import (
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/insights"
)

// inScope returns the repositories that the query's repo: filters choose. It returns an Invalid
// error if they choose none, and for fork: and archived: with the values no and only, because only
// a server knows which repositories are forks or archived.
func (p *plan) inScope(paths []string) ([]string, error) {
	scope := p.question.Query.Scope()
	if name, value, found := scope.ForkOrArchived(); found {
		return nil, insights.Errorf(insights.Invalid, "%s:%s: the command line does not know which repositories are %s: leave it out, and name the repositories", name, value, nouns[name])
	}
	var chosen []string
	for _, path := range paths {
		if scope.MatchesNames(namesOf(path)) {
			chosen = append(chosen, path)
		}
	}
	if len(chosen) == 0 {
		return nil, insights.Errorf(insights.Invalid, "no repository matches %s: the name of %s is %s", scope, paths[0], strings.Join(namesOf(paths[0]), " or "))
	}
	return chosen, nil
}

// nouns says what repositories are called for which a filter on repositories holds.
var nouns = map[string]string{"fork": "forks", "archived": "archived"}

// mostFolders is the largest number of folders of a path that make up the name of a repository:
// three, as in github.com/acme/api.
const mostFolders = 3

// namesOf returns the names that a repository at a path can have on a server: the last folder of
// the path, its last two, and its last three. For /src/acme/api.git they are api, acme/api and
// src/acme/api.
func namesOf(path string) []string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	parts := strings.Split(strings.Trim(strings.TrimSuffix(filepath.ToSlash(path), "/.git"), "/"), "/")
	var names []string
	for i := len(parts) - 1; i >= max(0, len(parts)-mostFolders); i-- {
		names = append(names, strings.TrimSuffix(strings.Join(parts[i:], "/"), ".git"))
	}
	return names
}
