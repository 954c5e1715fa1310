// Command backsight shows how a code search looked over time.
//
// Every subcommand is a thin shell: `up`, `api`, `worker`, `migrate` and `doctor` wire packages together on this
// machine; `repo`, `insight` and `series` are GraphQL clients of a running server; `history` is the engine without any
// service. Exit status: 0 done, 1 not done (or samples that are partial or failed), 2 bad usage.
//
// Non-goals: no logic that another surface would have to repeat. Read next: main.go, up.go, then package api.
package main
