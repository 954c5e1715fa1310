// Package template is the notation of structural search: text with holes, in
// which delimiters balance. It is a subset of Comby's; docs/query-syntax.md
// describes it for users.
//
// Parse reads a template, Scan finds in a file's bytes what gives it structure:
// strings, comments and pairs of delimiters. One set of rules serves every file,
// whatever its language, so that equal contents have equal matches.
//
// Invariants:
//   - Parse(t.String()) is equal to t, and templates that differ in notation only
//     (white space, `...` for `:[_]`, names used once) print alike.
//   - Text outside of strings has neither white space nor delimiters, strings or
//     comments.
//   - Scan takes time linear in the content, whatever it holds.
//
// Non-goals: matching (package search/match), replacing, Comby's rules.
//
// Read next: template.go for what a template is, scan.go for the rules.
package template
