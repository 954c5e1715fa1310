// Package template parses the templates of structural search: text with holes, in which delimiters
// balance. The notation is a subset of Comby's; docs/query-syntax.md describes it for users.
//
// Parse parses a template. Scan finds the structure of a file's content: strings, comments and
// pairs of delimiters. The rules are the same for every file, whatever its language, so that equal
// contents have equal matches.
//
// Invariants:
//   - Parse(t.String()) equals t. Templates that differ only in notation (white space, `...` for
//     `:[_]`, names that are used once) have the same canonical text.
//   - A Text element outside a Quoted element contains no white space, delimiters, strings or
//     comments.
//   - Scan takes time linear in the size of the content.
//
// Non-goals: matching (package search/match), replacing, Comby's rules.
//
// Read next: template.go for the elements of a template, scan.go for the rules.
package template
