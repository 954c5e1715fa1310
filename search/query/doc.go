// Package query parses and prints the query language of series: a dialect of Sourcegraph's
// language, described in docs/query-syntax.md.
//
// Parse turns text into a Query: a boolean expression on one file at one commit (Expr), settings
// for the whole query, a condition on repositories (Scope), and conditions on the files of a
// repository (Predicates). ParseScope parses a text that is only a condition on repositories.
//
// Invariants:
//   - The parser never guesses. Text that the language does not support or that has two possible
//     readings is refused with an *Error, which has the place, what was expected and what to write
//     instead.
//   - Every node has a canonical text, and Parse(q.String()) equals q except for spans. The
//     canonical text is part of a series' identity: if it changed, stored series would differ from
//     equal new ones.
//   - Spans are inside the text that was parsed.
//   - Every regular expression and template in a Query compiles.
//
// Non-goals: access to repositories, files or commits; speed (a query is parsed once, and has at
// most 10,000 bytes).
//
// Read next: table.go for the fields and filters, parser.go for the grammar, lexer.go and words.go
// for where words end, package template for structural patterns, and package search/match for what
// a query finds.
package query
