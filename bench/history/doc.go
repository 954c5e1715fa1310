// Command history compares the time of `backsight history` with that of git, on repositories of
// this machine.
//
//	go run ./bench/history [-rounds 3] [-points 12] [-every 1month] [-until TIME]
//	                       [-query NAME,...] FOLDER...
//	go run ./bench/history -indexes FOLDER...
//
// Each FOLDER is a repository or contains repositories. The contestants, of which all but `every`
// count at the same commits:
//
//	backsight   one `backsight history` over all repositories, cold: without an index
//	warm        the same with history indexes, which are built before the timing starts
//	every       with the indexes and `--every commit`: the count at each first-parent commit
//	tuned       the best that git can do: for each repository one `git grep --threads=1` over its
//	            distinct commits with a delta cache of 1 GB, as many repositories at a time as there
//	            are processors, the largest first
//	naive       what a simple script does: one `git grep` per sample, one after the other, with
//	            git's own threads
//
// The contestants take turns within each round, so a busy machine affects all of them. The query
// any-case has one more contestant, one-case: the same text in lower case only. The query no-text
// has neither warm nor every, because an index cannot help it. The command prints the medians of
// wall time and of CPU time, and the medians of each round's ratios next to their bars. Other work
// on the machine affects CPU time less than wall time.
//
// Before the timing starts, the value of each sample is compared with the number of lines that `git
// grep -o` prints: one per match. git gets the commits; backsight has to find them itself.
//
// With -indexes the command instead builds the history index of each repository in this process. It
// prints the size of the distinct text, the size of the index, the CPU time of building the index,
// and the CPU time and wall time of adding the last 100 commits to it.
//
// The command fails when values differ. It does not fail when a ratio misses its bar.
package main
