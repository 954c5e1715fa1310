// Command exact compares `backsight history` with git on real repositories, and fails on any
// difference that it cannot explain.
//
//	go run ./bench/exact [-seed 1] [-commits 500] [-points 12] [-every 1month] [-until TIME]
//	                     FOLDER...
//
// Each FOLDER is a repository or contains repositories. There are two parts:
//
// Frames (frames.go): for each query in process.Queries and each repository, the value of each
// sample must equal the number of lines that `git grep -I -o` prints at that commit, with and
// without a history index. If it does not, both programs count each file of the commit
// (explain.go), and the files that differ are listed with the reason: a missing object; an
// attribute that makes git treat a text as binary or a binary as text; or UTF-16, UTF-32, a byte
// order mark or \r\n, which git treats differently. Any other difference is a failure.
//
// Commits (commits.go): for each of the first three queries in process.Queries, the count at every
// first-parent commit of all repositories is computed with the index. At -commits of these commits,
// chosen at random with -seed, the count must equal that of `git grep`, or the difference must have
// one of these reasons. bench/history measures how long this takes.
package main
