// Package api is the HTTP interface: GraphQL (queries, mutations, and live progress as server-sent
// events), the embedded web page, GraphiQL, exports as CSV and JSON, and health checks.
//
// Invariants:
//   - The number of SQL statements of a request does not depend on the number of series: data of
//     several series is loaded for all of them together (model.Page). A test counts statements.
//   - Each error in a response has one of the codes of package insights in extensions.code. The
//     text of an unexpected error is only logged, under a correlation id that the response contains
//     (errors.go).
//   - Without an authenticating proxy the server listens on loopback addresses only (unless
//     Auth.AnyAddress is set), accepts loopback host names only, and refuses requests of other
//     sites' pages (guard.go, listen.go).
//   - A mutation that changes data in Postgres commits before it calls Temporal. If that call
//     fails, the mutation still succeeds: the worker's reconciler starts or stops the series later
//     (views.go), and the next scheduled sync reads a new repository (repositories.go).
//   - A chart with many captured values returns only those that seriesDisplayOptions selects, and
//     the number of all values. Postgres makes the selection if the viewer sees all repositories
//     (points.go).
//
// Non-goals: SQL, searching, workflow code. `make generate` writes package generated.
//
// Read next: schema.graphql, server.go, resolver.go.
package api
