// Package workflows is what Backsight does over time: the Temporal workflows, their messages, and the client for them.
//
// Invariants:
//   - workflow code is deterministic: it reads no clock, no environment, no database, and it iterates no map
//     (workflowcheck and the replay of the histories in testdata/replay hold this);
//   - payloads carry identifiers, ranges and cursors, never lists of names or results, so their size does not grow
//     with the number of repositories;
//   - children are drained before a continue-as-new, then the mailbox, then handlers, then the mailbox again;
//   - a pause takes seconds, whatever is broken at the time, and loses nothing: the ledger holds what is done;
//   - the tally obeys insights.Completeness.Check at every moment, and is the ledger's whenever nothing is in flight;
//   - the tree series → repository → frame is literal where budgets say so or where there is trouble, and folded where work is
//     small; its shape never changes a value.
//
// A workflow calls activities through typed nil pointers (series.go): package activities gives the signatures, its code
// never runs here. How often and how long things are tried is in options.go, and nowhere else.
//
// Non-goals: no searching, no SQL, no git. Read next: series.go, past.go (what operators do), then repository.go; package activities for what they call.
package workflows
