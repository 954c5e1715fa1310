// Package testdb gives each test its own Postgres database with all migrations applied, in a few
// dozen milliseconds.
//
// One private Postgres serves all tests of a user on a machine. The first test process that needs
// it starts a server process: the same test binary, which then runs no tests but only Postgres.
// Each test process that uses it holds a shared lock on a file. When no test process has held the
// lock for two minutes, the server process stops Postgres, removes its files and exits. So Postgres
// keeps running between the test processes of `go test ./...`, but not much longer. If the server
// process is killed, Postgres ends too.
//
// The migrations run once, in a template database whose name contains a hash of the migrations. The
// database of a test is a copy of the template. When the test passes, the copy is dropped. When the
// test fails, the copy is kept, its URL is printed, and Postgres keeps running for an hour after
// the last test process has ended.
//
// # Invariants
//
//   - Tests never share a database, so they may run in parallel and may commit.
//   - A change in any migration creates another template. No manual cleanup is needed.
//
// # Non-goals
//
// Durability: Postgres runs without fsync, so times of writes in these databases mean nothing.
//
// # Read next
//
// testdb.go (the API for tests), server_process.go (the server process), template.go.
//
// The package imports store for its function Migrate. So tests of store that use this package must
// be in package store_test.
package testdb
