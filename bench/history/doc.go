// Command history times `backsight history` against git itself on repositories of this machine.
//
//	go run ./bench/history [-rounds 3] [-points 12] [-every 1month] [-until TIME] [-query NAME,...] FOLDER...
//	go run ./bench/history -indexes FOLDER...
//
// A folder is a repository or holds some. The contestants, on the same commits:
//
//	backsight   one `backsight history` over all repositories, cold: no index, no cache of ours
//	warm        the same with history indexes, which are built before anything is timed
//	every       with the indexes, `--every commit`: the count at each first-parent commit since the beginning
//	tuned       the best that git can do: per repository one `git grep --threads=1` over its distinct commits with a delta
//	            cache of 1 GB, as many repositories at a time as there are processors, the largest first
//	naive       what a script would do: `git grep` once per sample, one after the other, with git's own threads
//
// They take turns within each round, so that a busy machine is busy for all of them; the query any-case has one more, the same text in one
// case (one-case). What is printed are medians of time and of CPU time, which is what a shared machine disturbs least, and the medians of each
// round's ratios, with their bars. Before anything is timed, the values of each
// sample are compared with `git grep -o`, which counts as we do: a faster wrong answer is no result. git gets the
// commits ready-made; backsight finds them itself.
//
// With -indexes it builds each repository's history index instead, in this process, and prints what it is about (distinct
// text), what it takes, and the CPU time of building it and of adding the last 100 commits to it.
//
// The command fails when values differ, not when a ratio disappoints.
package main
