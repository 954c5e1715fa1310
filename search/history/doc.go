// Package history counts matches through a repository's history: commits in, one value per commit out.
//
// What it is for: a repository's trees at 12, 52 or 8,000 commits share almost every file, so searching them all should
// cost about as much as searching one. [Search] reads the distinct trees once (graph.go), reads and matches every
// distinct blob that passes the path filters once (count.go), and then sweeps over the commits: the value at a commit is
// the value at its newer neighbour, minus what was removed, plus what was added (sweep.go). That is exact, because
// counts are per file. The query's predicates ride along (question.go): each is a number of files that has to be zero or not.
//
// [SearchCommits] counts the commits of parts of a first-parent chain instead (commits.go, commit.go), by what they say and, if it
// matters, what they changed (treediff.go); of each distinct blob it keeps which lines match, so that it too reads each once.
//
// Invariants:
//   - Each distinct blob is read once at most, however many commits and paths hold it (Stats proves it). A blob at two paths is
//     matched once, or once per path where the query depends on the path.
//   - The value of a commit does not depend on the other commits of the request, nor on their order.
//   - Whatever cannot be read becomes a [Fault] of exactly the commits whose tree holds it. Without a Fault the value is
//     exact; with one it is a lower bound.
//   - Memory is bounded by the number of distinct blobs, trees and paths, not by their size: contents are looked at one
//     at a time, and one above gitrepo.DefaultMaxSize is not read whole (a Fault, unless it is binary).
//   - Counts by value (of capturing groups, or by language) are kept as package values does: small, and on disk above a budget.
//   - Regular files only: symbolic links and submodules are not files.
//   - With an index of the history (package index, indexed.go) no tree is read, and of the blobs only those that can match.
//     The results are the same, and a property test compares them.
//
// Non-goals: choosing the commits (gitrepo.AsOf, insights.Grid; [Between] says what lies between two of them), storing results, keeping indexes (index.Dir).
//
// BACKSIGHT_CASES=10000 makes the property tests try so many random histories and queries, instead of 300.
//
// Read next: history.go, graph.go, sweep.go, indexed.go, commits.go; then cmd/backsight/internal/historycmd for the command.
package history
