// Package store is all the SQL of Backsight: definitions, plans, the ledger of samples, points, the commit index and
// settings, in Postgres.
//
// Invariants:
//   - the ledger (sample_chunks, read through the view samples) is the truth of how complete a series is. A sample, its captured
//     values and the sums that charts read are written in one transaction and at one place (ledger.save), so no reader ever sees
//     one without the other;
//   - every write is an upsert by business key. Doing it again changes nothing, whoever does it and however late;
//   - planned = counted + reused + absent + partial + failed + pending in every tally, because each is one statement
//     over the ledger or its sums;
//   - who may not see a repository sees nothing of its samples and values (Viewer); the zero Viewer sees public repositories only;
//   - nothing that a point or sample refers to is ever deleted: removed repositories keep their rows. A deleted series keeps its own
//     until it is pruned as a whole (prune.go).
//
// Errors are *insights.Error, made in errors.go and nowhere else: NotFound, Conflict and Invalid are the caller's to
// mend, Unavailable is worth another attempt. A context that ends is returned as itself.
//
// Statements are in queries/*.sql, one file per aggregate; sqlc turns them into store/internal/db. Each keeps its
// name as a leading comment, so pg_stat_statements is readable.
//
// Non-goals: no searching, no query language (a scope arrives as a predicate, see ScopeFilter), no git. Read next:
// migrations/*.sql for what the columns mean, then chunk.go, ledger.go, planning.go and write.go.
package store
