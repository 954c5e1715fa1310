// Command exact holds `backsight history` against git itself on real repositories, and fails on any difference that it cannot
// explain.
//
//	go run ./bench/exact [-seed 1] [-commits 500] [-points 12] [-every 1month] [-until TIME] FOLDER...
//
// A folder is a repository or holds some. Two parts:
//
// Frames (frames.go): for each query and repository, each sample's value equals the number of lines that `git grep -I -o` prints at that
// commit, with and without a history index. Where it does not, each file of the commit is counted by both (explain.go), and the files are listed that
// differ, with the reason: an object that is missing, or an attribute by which git takes a text for binary or the other way round. Any
// other difference is a failure.
//
// Commits (commits.go): with the index, the count at every first-parent commit of all repositories. At -commits of them, drawn by -seed, it must be
// that of `git grep`. How long it takes is for bench/history.
package main
