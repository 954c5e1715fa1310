// Package history counts matches through the history of a repository: it takes commits, and returns
// one value for each.
//
// The trees of a repository at 12, 52 or 8,000 commits share almost all files, so searching all of
// them costs little more than searching one. [Search] reads each distinct tree once in each level
// of folders in which it occurs (graph.go). It then reads and matches, once, each distinct blob
// that passes the path filters (count.go). Finally it sweeps over the commits: the value at a
// commit is the value at the previous commit of the request, minus what was removed, plus what was
// added (sweep.go). The result is exact, because counts are per file. The query's predicates are
// evaluated in the same sweep (question.go): a predicate holds if any file matches it or, if it is
// negated, if no file does.
//
// [SearchCommits] counts commits in parts of a first-parent chain instead (commits.go, commit.go):
// by their message, author, committer and date and, if the query depends on it, by their changes
// (treediff.go). It compares the two contents of each changed file when both have been read
// (pairs.go).
//
// Invariants:
//   - Each distinct blob is read at most once, however many commits and paths contain it. There are
//     four exceptions: a search that finds out late that it cannot use its base starts again;
//     .gitattributes files are read apart from the files that are matched; SearchCommits evaluates
//     predicates in a search of their own; and SearchCommits reads a blob again for another batch
//     of intervals (blobsPerBatch), for commits that it probed (firstchanges.go), and if a filter
//     on languages needs it for another path. Stats counts the reads. A blob is matched once for
//     each class of its paths (match.Matcher.Class).
//   - The value of a commit does not depend on the other commits of the request, nor on their
//     order, unless a search by value exceeds its ValueLimits.
//   - Equal trees in folders that the query judges alike (match.Folders) share their children, so
//     the cost depends on the number of distinct trees, not on that of paths: ten trees can have
//     10,000,000,000 files. A value above MaxValue is a Fault.
//   - Folders in which no file can matter to the query (match.Folders) are not read, so damage in
//     them does not matter.
//   - A search ends soon after its context ends, whatever it is doing.
//   - A missing or damaged object becomes a [Fault] of exactly the results that may be wrong
//     without it. Without a Fault, the value is exact; with one, it is a lower bound.
//   - Memory is limited by the number of distinct blobs, trees and paths, not by their size. Each
//     worker holds one file at a time; in SearchCommits, it also holds up to heldBytes of other
//     files (pairs.go). A text above Request.MaxBlobSize is matched in parts (large.go). It becomes
//     a Fault if its count cannot be known in this way: for example, if a pattern can match several
//     lines and the text contains every string that a match needs, or if a line is larger than
//     maxPart.
//   - Package values stores the counts of captured values, or of languages, compactly, and on disk
//     above a budget.
//   - Only regular files are searched. Symbolic links and submodules are not files.
//   - With a history index that contains all commits of the request (package index, indexed.go), no
//     tree is read, and only blobs that can match are read. The results are the same, except for
//     objects that went missing since; see Request.Index. A property test compares the results.
//   - If the query reads languages, the attributes of a file (attributes.go) are a part of its
//     class, so a file can count differently in two commits in which it has the same content. Other
//     queries do not read .gitattributes files for their rules.
//
// Non-goals: choosing the commits (gitrepo.AsOf and insights.Grid; [Between] returns the commits
// between two times), storing results, updating history indexes (index.Dir).
//
// BACKSIGHT_CASES=10000 makes the property tests try 10,000 random histories and queries, instead
// of 300.
//
// Read next: history.go, graph.go, sweep.go, indexed.go, commits.go; then
// cmd/backsight/internal/historycmd for the command.
package history
