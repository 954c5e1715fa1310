// Package historycmd holds `backsight history` and `backsight inventory`, which search repositories
// on this machine without any service.
//
// New users try these commands first, benchmarks time them, and operators check stored values with
// them. Therefore a sample has the same outcome and the same value as a stored one: the package
// uses the same grid, the same as-of rule and the same engine.
//
// Invariants: output on stdout is in the order of the arguments and does not depend on timing;
// progress and errors go to stderr. A repository that fails does not keep the others from being
// searched.
//
// Non-goals: to fetch repositories, to store samples, to find repositories by name.
//
// Read next: command.go (flags), plan.go (what the flags ask for), search.go (one repository),
// index.go (its history index), run.go (all repositories), table.go and json.go (output),
// inventory.go.
package historycmd
