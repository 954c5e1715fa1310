// Command large measures how much memory searches of large repositories take.
//
//	go run ./bench/large [-dir DIR] [-files 500000] [-bytes 1000000000] [-n 2] [FOLDER...]
//
// It generates two repositories (once, when -dir names a folder to keep them in): one with very many files, of which some
// change every month, and one whose blobs are large: texts of 1 to 64 MiB, some that no compression makes smaller, some
// with versions that the pack holds as differences. Then it runs `backsight history` on them and on the largest of the repositories that the folders are or hold:
// 12 monthly samples cold, by one query that finds text and one that needs a regular expression; the same with a history index, which the
// first of these runs builds; and `--every commit`.
//
// What is printed is the process's own greatest resident set (ru_maxrss), which counts pages of packs that are mapped, and its CPU time. A git
// process that it starts for an object that is not in a pack has its own.
//
// The bar is 512 MiB. The command fails when a run with an index prints other values than one without.
//
// Caution: ru_maxrss of a process begins with that of its parent, so this command itself keeps small: it streams what it generates.
package main
