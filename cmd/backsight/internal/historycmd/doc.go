// Package historycmd is `backsight history` and `backsight inventory`: the search engine on
// repositories on this machine, without any service.
//
// New users try Backsight with these commands, benchmarks time them, and operators check stored
// numbers with them. So their samples have the same outcomes and values as stored samples: the
// commands use the same grid, the same rule for the commit at a time and the same engine as a
// worker.
//
// Invariants: output on stdout is in the order of the arguments, whichever search ends first;
// progress and errors go to stderr. A repository that fails does not keep the others from being
// searched.
//
// Non-goals: fetching repositories, storing samples, finding repositories by name.
//
// Read next: plan.go (what is asked for), package search/engine, search.go (one repository),
// index.go (its history index), run.go (all of them), table.go and json.go; inventory.go.
package historycmd
