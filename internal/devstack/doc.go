// Package devstack runs the two servers that Backsight needs on one machine: a private Postgres and
// a Temporal development server. `backsight up` starts them, and so do tests that need real
// servers.
//
// # Invariants
//
//   - A data directory has one stack at a time. A second Start on it fails within a second and
//     names the process of the first one.
//   - The servers end when the process that started them ends, for whatever reason. On Linux the
//     kernel signals the servers (PR_SET_PDEATHSIG); elsewhere a small shell process signals them
//     (guard.go). If a server still survives a killed parent, the next Start on the data directory
//     stops it.
//   - Until Stop, a server that ends is started again on the same addresses and the same data. With
//     Options.Test, Temporal keeps its data in memory and loses it.
//   - Postgres listens only on a unix socket, in a directory that only its account can enter.
//     Therefore Postgres asks for no password.
//   - Postgres refuses to run as root. When root starts the stack, Postgres runs as the account
//     that owns its files, or else as "postgres" or "nobody".
//   - Servers inherit no environment variable that begins with PG, TEMPORAL, LC_ or LANG.
//
// # Non-goals
//
// devstack does not run a cluster: in production, environment variables name Postgres and Temporal,
// and devstack is not used. It restarts a server that ends, but does not detect one that hangs. It
// does not upgrade a data directory from one major version of Postgres to another. It does not
// support Windows.
//
// # Read next
//
// stack.go (the exported API), child.go (supervision), postgres.go, temporal.go, doctor.go.
package devstack
