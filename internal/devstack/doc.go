// Package devstack runs the two servers that Backsight needs on one machine: a private Postgres and a Temporal
// development server. `backsight up` starts it, and so do the tests that want the real thing.
//
// # Invariants
//
//   - A data directory has one stack at a time. A second Start on it fails at once and names the first one's process.
//   - The servers never outlive the process that started them, however it ends. On Linux the kernel sees to it
//     (PR_SET_PDEATHSIG); elsewhere a small shell process does (orphan.go). What a killed parent still left behind is
//     stopped by the next Start, which alone holds the directory's lock.
//   - A server that dies is started again, on the same addresses and the same data, until Stop.
//   - Postgres listens on a unix socket only, in a directory that its account alone can enter. There is no password
//     because nobody else gets as far as being asked.
//   - Postgres refuses to run as root. Started as root, it runs as the account that owns its files, or as "postgres" or
//     "nobody".
//   - Nothing of the caller's environment that begins with PG or TEMPORAL reaches the servers.
//
// # Non-goals
//
// It is no way to run a cluster: production names its Postgres and Temporal by environment variables and does not come
// here. It notices a server that dies, not one that hangs. It does not upgrade a data directory from one major version of
// Postgres to the next. Windows is not supported.
//
// # Read next
//
// stack.go (what is exported), child.go (supervision), postgres.go, temporal.go, doctor.go.
package devstack
