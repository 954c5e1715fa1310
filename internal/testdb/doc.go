// Package testdb gives each test its own Postgres database with all migrations applied, in a few
// dozen milliseconds.
//
// One private Postgres serves all tests of a user on a machine. The first test process that needs
// it starts a server process: the same test binary, which then runs only Postgres. Each test
// process holds a shared lock on a file. When no process has held that lock for a while, the server
// process stops Postgres, removes its files and exits. So Postgres stays between the test processes
// of `go test ./...`, and does not stay longer. If the server process is killed, Postgres ends too.
//
// The migrations run once, in a template database whose name has their hash; the database of a test
// is a copy of it. It is dropped when the test passes. When the test fails, it is kept, its URL is
// printed, and Postgres stays longer.
//
// # Invariants
//
//   - Tests never share a database, so they may run in parallel and may commit.
//   - A change in any migration creates another template. No manual cleanup is needed.
//
// # Non-goals
//
// Durability: Postgres runs without fsync, so writes must not be measured here.
//
// # Read next
//
// testdb.go (the API for tests), server_process.go (the server process), template.go.
//
// The package imports store for its migrations. So store's own tests must be in package store_test.
package testdb
