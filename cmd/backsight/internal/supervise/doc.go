// Package supervise keeps a child process running: it restarts a child that has ended, and stops
// the child when the parent shuts down cleanly. On Linux the kernel kills the child when the parent
// crashes.
//
// Non-goals: Postgres and Temporal. Package devstack supervises them in ways that are specific to
// each. Read next: supervise.go.
package supervise
