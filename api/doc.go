// Package api is the HTTP interface: GraphQL (queries, mutations, and live progress as server-sent
// events), the embedded web page, GraphiQL, exports as CSV and JSON, and health checks.
//
// Invariants:
//   - Reading the points and tallies of a list of insights takes a number of SQL statements that
//     does not depend on the number of series, because they are loaded for all series together
//     (model.Page). A test counts statements.
//   - Each error in a GraphQL response has one of the codes of package insights in extensions.code.
//     The text of an unexpected error is only logged, under a correlation id that the response
//     contains (errors.go).
//   - The server refuses requests of other sites' pages that could change something. Without an
//     authenticating proxy it also listens on loopback addresses only (unless Auth.AnyAddress is
//     set) and accepts loopback host names only (guard.go, listen.go).
//   - The table in permissions.go decides who may use which root field. A field without an entry is
//     refused.
//   - No answer depends on a repository that the person may not see (store.Viewer).
//   - A mutation that creates or deletes an insight, or registers a repository, commits before it
//     calls Temporal. If that call fails, the mutation still succeeds: the worker's reconciler
//     starts or stops the series later (views.go), and the next sync reads a new repository
//     (repositories.go).
//   - A chart has only the captured values that seriesDisplayOptions selects, and the number of all
//     values. Postgres makes the selection for an administrator's read without filters of
//     repository names (points.go).
//
// Non-goals: SQL, searching, workflow code. `make generate` writes package generated.
//
// Read next: schema.graphql, server.go, resolver.go.
package api
