package remote

// RepositoryScope holds either member of the union InsightRepositoryDefinition: a list of names, or
// a search. Both fields are empty when the scope is every repository.
type RepositoryScope struct {
	Search       string   `json:"search"`
	Repositories []string `json:"repositories"`
}
