// Package query is the language in which a series says what it counts: the
// dialect of Sourcegraph's that docs/query-syntax.md describes.
//
// Parse turns text into a Query: a boolean expression on one file at one commit
// (Expr), settings for the whole query, the condition on repositories (Scope) and
// those on their files (Predicates). ParseScope reads a text that has the condition
// on repositories only.
//
// Invariants:
//   - No text is reinterpreted in silence. What the language does not have, or
//     what could be read in two ways, is an *Error with the place, what was
//     expected and the way out.
//   - Every node prints canonically, and Parse(q.String()) is equal to q but for
//     spans. The canonical text is part of a series' identity: changing it makes
//     stored series differ from equal new ones.
//   - Spans lie inside the text that was parsed.
//   - Every regular expression and template in a Query compiles.
//
// Non-goals: knowing repositories, files or commits; speed (a query is parsed
// once, and is at most 10,000 bytes long).
//
// Read next: parser.go for the grammar, lexer.go and words.go for where words
// end, package template for structural patterns, and package search/match for what
// a query finds.
package query
