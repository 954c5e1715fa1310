// Command cliffs compares searches that are expensive in unusual ways with git's own searches of
// the same commits: diffs, counts by value, one file at every commit, and patterns that match
// nearly everywhere.
//
//	go run ./bench/cliffs [-rounds 7] [-query NAME,...] FOLDER...
//
// Each FOLDER is a repository or contains repositories. The contestants take turns: `backsight
// history` without an index (cold), with an index that was built before (warm), and git. The
// command prints the medians of the CPU time of the processes and of their children, the medians of
// the ratios of each round next to their bars, and the greatest peak of memory.
package main
