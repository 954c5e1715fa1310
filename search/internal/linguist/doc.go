// Package linguist detects programming languages by name, path and content, like package
// github.com/go-enry/go-enry/v2, but without its cost at startup.
//
// enry and its package data have maps and compiled regular expressions in package variables, so
// every program that imports them needs 30 ms and 16 MB before main. This package embeds the same
// tables as text, and parses them at first use. It compiles each regular expression at the first
// use of that expression. Only the generator and the tests import enry. Functions that are derived
// from enry's sources say so. The tables are derived from enry, too; they are © the go-enry and
// source{d} authors, Apache License 2.0.
//
// Invariants:
//   - The results equal those of enry; a test compares them. If enry's classifier finds several
//     languages equally likely, it returns any of them, and this package returns the first of the
//     candidates. Where enry reads a #! line differently from linguist, this package follows
//     linguist (shebang.go).
//   - The table of tokens is complete for all languages that share an extension, a file name or an
//     interpreter with another language.
//   - All functions are safe for concurrent use. Callers must not change the returned slices.
//
// Non-goals: the order in which name, path and content are evaluated (package match).
//
// Read next: names.go, rules.go, classify.go, table.go, and generate.go, which writes the tables
// again after an update of enry (make generate).
package linguist
