// Package activities is what workflows have done: plans, searches, writes, syncs. One struct per concern, its
// dependencies as fields; the methods are the activities.
//
// Invariants:
//   - every activity may be attempted again, also while an older attempt is still running: what is done is read from
//     the ledger, and every write is keyed by what it is about;
//   - a repository's own trouble (it vanished, it is damaged, its host is away) ends in samples with a reason, never in
//     an error of the activity; errors are for what stops any repository, and are classified once, in errors.go;
//   - long activities beat from their work, stop within a second or two of being cancelled, and hand back the rest when
//     their worker stops;
//   - results are small: tallies, ids, cursors.
//
// Non-goals: how often and how long something is tried (workflows/options.go), SQL (store), git (gitrepo), counting
// (search/history). Read next: plans.go, search.go.
package activities
