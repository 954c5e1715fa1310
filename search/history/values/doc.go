// Package values keeps counts per value (a captured text, a language) small: how often each file holds each value, and
// how often each value is at each commit.
//
// What it is for: a query such as (\w+) finds millions of distinct values and tens of millions of pairs of file and value.
// As maps these are gigabytes. Here a value's text is kept once and numbered ([Dict]); what a file holds is a list of
// numbers and counts, two or three bytes a pair ([Table]), written to a temporary file that has no name once the lists take more than
// a budget ([spill]); and what is at a commit is one array, indexed by number ([Sum]), of which each result keeps the same
// kind of list ([Values]).
//
// Invariants:
//   - Nothing is cut silently: [Table.Set] says when the dictionary had no room for a value, and [Table.Err] when the temporary
//     file could not be written or read.
//   - Memory is bounded by [Limits] and by the commits whose results somebody keeps, not by the number of files.
//   - The text of a value is at most 255 bytes long.
//
// Non-goals: finding values (package match) and choosing which of too many to store (activities).
//
// Read next: table.go, then dict.go.
package values
