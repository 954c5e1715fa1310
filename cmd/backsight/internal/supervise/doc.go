// Package supervise keeps a child process running: it restarts the child when it ends, and stops it
// when the parent shuts down cleanly. On Linux the kernel kills the child when the parent crashes.
//
// Non-goals: Postgres and Temporal. Package devstack supervises them, because that needs knowledge
// of each. Read next: supervise.go.
package supervise
