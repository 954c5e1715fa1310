package remote

import (
	"fmt"

	"github.com/backsight/backsight/search/query"
)

// RepositoryScope holds either member of the union InsightRepositoryDefinition: a list of names, or
// a search. Both fields are empty when the scope is every repository.
type RepositoryScope struct {
	Search       string   `json:"search"`
	Repositories []string `json:"repositories"`
}

// NameScope returns the scope of the repositories whose name matches the value of a flag. An error
// names the flag and its value, and has the position of the wrong part.
func NameScope(flag, pattern string) (*query.Scope, error) {
	scope, err := query.NameScope(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", flag, pattern, err)
	}
	return scope, nil
}
