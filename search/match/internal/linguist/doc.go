// Package linguist tells programming languages apart by content, as package
// github.com/go-enry/go-enry/v2 does, and starts without its cost.
//
// That package holds its classifier in a variable, so that every process that
// imports it fills maps of 11 MB, in about 20 ms, before main. Here the same numbers are
// a compressed table, which is read when the first content needs it; of enry only
// its package data is linked. What is derived from enry's sources says so: they
// are © the go-enry and source{d} authors, Apache License 2.0.
//
// Invariants: the answers are enry's, which a test compares; where enry's classifier
// finds languages equally likely it takes any, here it is the first of those asked
// about. The table is complete for the languages that share an extension or a
// file name with another. All functions are safe for concurrent use.
//
// Not here: what a path says about a language (package match).
//
// Read next: classify.go, table.go, and generate.go, which writes the table again
// after an update of enry (go generate).
package linguist
