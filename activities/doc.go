// Package activities implements the activities that workflows run: plans, searches, writes and
// syncs. Each concern has a struct with its dependencies as fields; the methods of the struct are
// the activities. To settle a sample means to give it an outcome other than pending. The tally that
// goes with a plan is the tally of the whole series or, for a snapshot, the snapshot's own tally.
//
// Invariants:
//   - Temporal may run a further attempt of an activity while an older attempt still runs. Each
//     attempt reads from the ledger what is already done, and each write is keyed by the sample or
//     repository that it changes.
//   - A failure of one repository (it was removed, it is damaged, its host is unreachable) ends its
//     samples with a reason and is never an error of the activity. An activity returns an error
//     only for a cause that concerns all of its repositories. errors.go classifies errors, and no
//     other place does.
//   - Long activities record heartbeats while their work makes progress, stop within seconds after
//     they are cancelled, and end with a retryable error when their worker stops, so that another
//     attempt continues.
//   - Results are small: tallies, ids, cursors.
//
// Non-goals: retries and time-outs (workflows/options.go), SQL (store), git (gitrepo), counting
// (search/history). Read next: plans.go, search.go.
package activities
