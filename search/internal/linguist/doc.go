// Package linguist tells programming languages apart by name, path and content, as
// package github.com/go-enry/go-enry/v2 does, and starts without its cost.
//
// That package and its package data hold maps and compiled regular expressions in
// variables, so that every process that imports them takes 30 ms and 16 MB before
// main. Here the same tables are embedded text, which is read when first asked for;
// a regular expression is compiled when a path or content first needs it. Only the
// generator and tests import enry. What is derived from enry's sources says so, and
// the tables are: they are © the go-enry and source{d} authors, Apache License 2.0.
//
// Invariants: the answers are enry's, which a test compares; where enry's classifier
// finds languages equally likely it takes any, here it is the first of those asked
// about. The table of tokens is complete for the languages that share an extension
// or a file name with another. All functions are safe for concurrent use, and what
// they return is not to be changed.
//
// Not here: in which order name, path and content are asked (package match).
//
// Read next: names.go, rules.go, classify.go, table.go, and generate.go, which writes
// the tables again after an update of enry (make generate).
package linguist
