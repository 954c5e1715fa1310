// Package workflows holds Backsight's Temporal workflows.
//
// Invariants:
//   - workflow code is deterministic: it reads no clock, no environment and no database, and it
//     iterates no map (workflowcheck and the replay of testdata/replay check this);
//   - payloads carry identifiers, ranges and cursors, never lists of names or results, so their
//     size does not grow with the number of repositories;
//   - before a continue-as-new, all children have ended, all signals are applied and all handlers
//     have returned;
//   - a pause takes seconds, whatever else fails at the time, and loses nothing, because the ledger
//     holds what is done;
//   - the tree series → repository → frame has a child for each repository and each frame where the
//     budgets say so or where a search fails, and fewer children where work is small. The shape
//     never changes a value.
//
// What a series does next is decided in package machine, which does not depend on Temporal. The
// names and payloads that callers use, and the typed client, are in package contract.
//
// A workflow calls activities through typed nil pointers (series.go): package activities gives the
// signatures, and its code never runs here. All timeouts and numbers of attempts are in options.go.
//
// Non-goals: no searching, no SQL, no git. Read next: package machine, then series.go, fanout.go
// and repository.go; package activities for what they call.
package workflows
