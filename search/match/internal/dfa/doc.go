// Package dfa finds the matches of a regular expression with an automaton that is built while it
// runs. It is lazy and deterministic, like RE2's, and handles some hundred MB/s where Go's engine
// handles 7 to 30.
//
// A state is a list of places in Go's compiled program (regexp/syntax.Prog) where an attempt to
// match can be, most preferred first. step.go computes the effect of a rune on a state. cache.go
// keeps the results in a table, so that most bytes cost one table lookup (search.go).
//
// Invariants:
//   - The matches are exactly the non-empty matches of regexp.FindAllIndex on the same bytes. The
//     automaton reads runes, not bytes, so bytes that are not UTF-8 are decoded as Go decodes them,
//     each as U+FFFD. ASCII bytes index the table without decoding. Property tests and a fuzz
//     target check this.
//   - Only the class of a rune matters (classes.go): all runes that the expression does not
//     distinguish share one column of the table.
//   - A match is found one rune late, when the rune after it is known, because of $ and \b. The
//     table's entry says whether a match ended before the rune.
//   - Memory is limited: by MaxSize for programs, and by TableBytes for each table of a Searcher. A
//     full table is emptied. If it fills too fast to be useful, the rest of a file is searched
//     without a table.
//   - The work between two checks of the stop flag is limited, whatever the expression.
//
// Non-goals: capturing groups, and literals. The caller has its own search for literals, and passes
// their occurrences as Candidates.
//
// Read next: regexp.go, then step.go.
package dfa
