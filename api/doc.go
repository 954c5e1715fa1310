// Package api is what people and their programs talk to: GraphQL over HTTP (queries, mutations, live progress as
// server-sent events), the embedded web page, GraphiQL, CSV and JSON exports, health checks.
//
// Invariants:
//   - a request costs a bounded number of SQL statements whatever the number of series it shows: what several series
//     need is loaded for all of them at once (model.Page); a test counts;
//   - an error that leaves this package has one of insights' codes in extensions.code; a text that was not written for
//     people stays in the log under a correlation id (errors.go);
//   - without an authenticating proxy the server answers on loopback addresses only, to loopback host names only, and
//     never to another site's page (guard.go, listen.go);
//   - a mutation writes to Postgres first and tells Temporal afterwards; when that fails the worker's reconciler does it
//     from the outbox, so the answer is a success (views.go);
//   - a chart of many captured values is cut to what seriesDisplayOptions asks for, by Postgres where the reader sees all repositories,
//     and says how many there are (points.go).
//
// Non-goals: no SQL, no searching, no workflow code. Package generated is written by `make generate`.
//
// Read next: schema.graphql, server.go, resolver.go.
package api
