// Package values stores counts per value (a captured text, or a language) compactly: how often each
// file contains each value, and how often each value occurs at each commit.
//
// A query such as (\w+) can find millions of distinct values and tens of millions of pairs of file
// and value, which would take gigabytes as maps. This package stores the text of each value once,
// and numbers it ([Dict]). The values of a file are a list of numbers and counts, which takes two
// or three bytes per pair ([Table]). If the lists exceed a budget, they move to an unlinked
// temporary file ([spill]). The counts at a commit are one array, indexed by number ([Sum]); each
// result stores the same kind of list ([Values]).
//
// Invariants:
//   - Nothing is omitted silently. [Table.Set] reports whether the dictionary had room for all
//     values, and [Table.Err] whether the temporary file could be written and read.
//   - Memory is limited by [Limits] and by the number of commits whose results the caller keeps.
//     Each file takes only 12 bytes more.
//   - The text of a value has at most 255 bytes. Callers must ensure this; package match cuts
//     values at 100 bytes.
//
// Non-goals: finding values (package match), and deciding how many values a sample stores (package
// engine).
//
// Read next: table.go, then dict.go.
package values
