// Package store holds all SQL of Backsight. A [Store] has one field for each group of tables, over
// one connection pool: Repositories, Commits (the commit index), Access (grants), Views, Series,
// Plans, Samples (the ledger), Charts, Notices, Quarantine, Retention and Settings. The statements
// of each are in queries/, in a file named for it.
//
// Invariants:
//   - The ledger (sample_chunks, read through the view samples) is the source of truth for how
//     complete a series is. A sample, its captured values and the sums that charts read are written
//     in one transaction and in one place (ledger.save), so that no reader sees one without the
//     others. Samples of snapshots are in the same ledger, in chunks of their own, and do not count
//     in the tally of a series.
//   - The writes of plans and samples are idempotent, because Temporal may run a further attempt of
//     an activity while an older one still runs.
//   - planned = counted + reused + absent + partial + failed + pending in every tally: the method
//     that reads the tally adds up planned from the other numbers.
//   - Methods that take a [Viewer] return no name, sample or value of a repository that is hidden
//     from the viewer. The zero Viewer sees public repositories only. Tallies of whole series and
//     plans take no Viewer: they count every repository, and name none. The rule is the SQL
//     function visible_repositories, and no statement repeats it.
//   - No row that a sample refers to is deleted: removed repositories keep their rows. A deleted
//     series keeps its rows until Retention prunes them all.
//
// To settle a sample means to give it an outcome other than pending. Errors are *insights.Error;
// errors.go translates those of Postgres. Callers can fix the cause of NotFound, Conflict and
// Invalid; Unavailable is worth another attempt. When the context has ended, methods return an
// error that wraps the error of the context instead.
//
// sqlc turns the statements into store/internal/db. Each statement starts with its name as a
// comment, so that pg_stat_statements is readable.
//
// Non-goals: searching, the query language (a scope arrives as a predicate, see [ScopeFilter]),
// git. Read next: migrations/*.sql for what the columns mean, then chunk.go, ledger.go, planning.go
// and write.go.
package store
