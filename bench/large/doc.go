// Command large measures how much memory searches of large repositories take.
//
//	go run ./bench/large [-dir DIR] [-files 500000] [-bytes 1000000000] [-n 2] [FOLDER...]
//
// It generates two repositories, only once if -dir names a folder for them. One has very many
// files, of which some change every month. The other one has large blobs: texts of 1 to 64 MiB,
// some of them incompressible, some with versions that the pack stores as deltas. Then it runs
// `backsight history` on these two and on the largest repositories in the given folders: 12 monthly
// samples, cold, with a query for a text and with one that needs a regular expression; the same
// with a history index, which the first of these runs builds; and with `--every commit`.
//
// It prints the process's own peak resident set (ru_maxrss), which includes mapped pages of packs,
// and its CPU time. This excludes git processes, which read objects that are not in a pack.
//
// The bar is 512 MiB. The command fails when runs with and without an index print different values.
//
// Caution: ru_maxrss of a process starts at its parent's value. So this command must use little
// memory itself: it streams the repositories that it generates.
package main
