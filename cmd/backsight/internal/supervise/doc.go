// Package supervise keeps a child process alive: it is started again when it dies, asked to end when the parent ends
// in order, and killed by the kernel when the parent dies without a word.
//
// Non-goals: Postgres and Temporal, which package devstack looks after with what it knows of them. Read next:
// supervise.go.
package supervise
