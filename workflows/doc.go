// Package workflows holds Backsight's Temporal workflows.
//
// Invariants:
//   - workflow code is deterministic: it reads no clock, no environment and no database, and it
//     iterates no map (workflowcheck and the replay of testdata/replay check this);
//   - payloads carry identifiers, ranges, cursors and tallies, and no results of searches; their
//     size is bounded, whatever the number of repositories;
//   - before a continue-as-new, all children have ended, all signals are applied and all handlers
//     have returned;
//   - a pause stops all searches of the series within seconds, even while Postgres or a code host
//     does not answer, and loses no result, because results are in the ledger;
//   - the tree of workflows series → repository → frame is as fine as needed: small repositories
//     share a child, a repository that costs more than a budget has a child for each frame, and
//     when the search of a batch fails, its workflow unfolds: it starts a child for each part of
//     the batch. The shape of the tree never changes a value.
//
// What a series does next is decided in package machine, which does not depend on Temporal. The
// names and payloads that callers use, and the typed client, are in package contract. To settle
// samples means to give them an outcome other than pending. The tally that goes with a plan is the
// tally of the whole series or, for a snapshot, the snapshot's own tally.
//
// A workflow calls activities through typed nil pointers (series.go): it uses only the signatures
// of the functions in package activities, and never runs them. All timeouts and numbers of attempts
// are in options.go.
//
// Non-goals: no searching, no SQL, no git. Read next: package machine, then series.go, fanout.go
// and repository.go; package activities for what they call.
package workflows
