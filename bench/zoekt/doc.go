// Command zoekt compares history indexes with those of zoekt (github.com/sourcegraph/zoekt), the code search engine that is nearest to
// what Backsight does: a trigram index of repositories, of several branches when asked to.
//
//	go run ./bench/zoekt [-tools .bin] [-rounds 5] [-until TIME] FOLDER...
//
// For each repository, zoekt indexes the commits of 12 monthly samples, as branches of a clone that is made for it (packs are linked, not
// copied), without ctags and with its own limits on what it indexes. Backsight indexes the whole first-parent history, and for a comparison
// of like with like once more a history of the same commits alone ("same 12"). Measured: CPU time of
// building all indexes, a search included in ours, as `backsight history --index` does both; what they take on disk; and a rare text, asked by a new process each: start,
// load and answer, in turn. zoekt lists files then, Backsight counts at 12 times.
//
// -tools names the folder with zoekt-git-index and zoekt; `make bench-zoekt` installs them there. Without them the command says that it did not run, and ends without an error.
package main
