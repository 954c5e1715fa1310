// Command zoekt compares history indexes with the indexes of zoekt (github.com/sourcegraph/zoekt),
// the most similar code search engine. zoekt builds trigram indexes of repositories, and of several
// branches if asked to.
//
//	go run ./bench/zoekt [-tools .bin] [-rounds 5] [-until TIME] FOLDER...
//
// For each repository, zoekt indexes the commits of 12 monthly samples. It runs without ctags and
// with its own limits on what it indexes. The command makes a clone in which these commits are
// branches (packs are linked, not copied). Backsight indexes the whole first-parent history. For a
// comparison of equal work, it also indexes a history of only the same commits ("same 12").
//
// The command measures the CPU time of building all indexes (Backsight's includes a search, because
// `backsight history --index` does both), the size of the indexes on disk, and the CPU time and
// wall time of a query for a rare text. Each query runs in a new process and so includes start and
// load; the two programs take turns. zoekt lists files, while Backsight counts at 12 times.
//
// -tools names the folder with zoekt-git-index and zoekt; `make bench-zoekt` installs them there.
// Without them the command reports that it did not run, and succeeds.
package main
