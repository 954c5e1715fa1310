// Command large measures how much memory searches of large repositories take.
//
//	go run ./bench/large [-dir DIR] [-files 500000] [-bytes 1000000000] [-n 2] [FOLDER...]
//
// It generates two repositories; if -dir names a folder, it keeps them there and uses them again.
// One has very many files, of which some change every month. The other one has large blobs: texts
// of 1 to 64 MiB, some of them incompressible, some with versions that the pack stores as deltas.
// Then it runs `backsight history` on these two and on the largest repositories in the given
// folders, for a query for a text and for one that needs a regular expression. For each query, it
// counts at 12 monthly samples and at every commit, each without and with a history index. The
// first run with the index builds it.
//
// For each run, it prints the peak resident set (ru_maxrss), which includes mapped pages of packs,
// and the CPU time. Both include the git processes that backsight starts: the peak is that of the
// largest process, and the CPU time is the sum.
//
// The bar for the peak of all runs on a repository is 512 MiB. The command fails when runs with and
// without an index print different values.
//
// Caution: ru_maxrss of a process starts at its parent's value. So this command must use little
// memory itself: it streams the repositories that it generates.
package main
