// Package testdb gives each test a Postgres database of its own with all migrations applied, in a few dozen milliseconds.
//
// One private Postgres serves all tests of a user on a machine. The first test process that needs it starts a keeper: the
// same test binary once more, which runs the server and nothing else. Each test process holds a shared lock on a file; when
// nobody has held it for a while, the keeper stops the server, removes its files and ends. So the server outlives one test
// process of `go test ./...`, serves the next, and is not there the day after. Killed, the keeper takes the server with it.
//
// The migrations run once, into a template database that is named by their hash; a test's database is a copy of it. It is
// dropped when the test passes. When the test fails it is kept, its URL is printed, and the keeper stays longer.
//
// # Invariants
//
//   - Tests never share a database, so they may run in parallel and commit.
//   - A change in any migration makes another template. Nobody has to clean up.
//
// # Non-goals
//
// Durability: the server runs without fsync. It is no place to measure writes.
//
// # Read next
//
// testdb.go (what tests call), keeper.go (the server's life), template.go.
//
// The package imports store for its migrations, so store's own tests have to live in package store_test.
package testdb
