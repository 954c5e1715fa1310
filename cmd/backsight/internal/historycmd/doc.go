// Package historycmd is `backsight history` and `backsight inventory`: the search engine on
// repositories on this machine, without any service.
//
// What it is for: people try it first, benchmarks time it, and operators check stored numbers with
// it. So its samples have the same outcomes and values as stored ones: it uses the same grid, the
// same as-of rule and the same engine.
//
// Invariants: output on stdout is in the order of the arguments and does not depend on timing;
// progress and errors go to stderr. A repository that fails does not keep the others from being
// searched.
//
// Non-goals: to fetch repositories, to store samples, to find repositories by name.
//
// Read next: plan.go (what is asked for), package search/engine, search.go (one repository),
// index.go (its index), run.go (all of them), table.go and json.go; inventory.go.
package historycmd
