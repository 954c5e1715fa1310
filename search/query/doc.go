// Package query parses and prints the query language of series: a dialect of Sourcegraph's
// language, described in docs/query-syntax.md.
//
// A query consists of patterns (texts to search for), fields (`name:value`), boolean operators and
// parentheses. A field is a filter, which is a condition on files, commits or repositories, or a
// setting, which applies to the whole query; content: is another notation for a pattern.
//
// Parse turns text into a Query: a boolean expression on one file or one commit (Expr), settings, a
// condition on repositories (Scope), and conditions on the files of a repository (Predicates).
// ParseScope parses a text that is only a condition on repositories.
//
// Invariants:
//   - Parse refuses text that the language does not support or that has two possible readings. The
//     *Error has the place, what was expected and what to write instead.
//   - Every node has a canonical text, and Parse(q.String()) equals q except for spans
//     (ParseFilters if q comes from it). The canonical text of a query must never change, because
//     it is part of the identity of a series: a new series shares the points of a stored series
//     that has the same canonical text, scope and grid, and counts in the same way (matches,
//     captured values, or lines by language).
//   - Spans are inside the text that was parsed.
//   - Every regular expression and template in a Query compiles.
//
// Non-goals: access to repositories, files or commits; speed (a query is parsed once, and has at
// most MaxLength bytes).
//
// Read next: table.go for the fields and filters, parser.go for the grammar, lexer.go and words.go
// for where words end, package template for structural patterns, and package search/match for what
// a query finds.
package query
