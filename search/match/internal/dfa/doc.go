// Package dfa finds the matches of a regular expression with an automaton that is built while it
// runs. It is lazy and deterministic, like RE2's. It searches 168 to 1,331 MB per CPU second where
// Go's engine searches 7 to 35 (docs/decisions/008-lazy-automaton.md).
//
// An attempt is one possible match that the automaton follows from the rune at which it starts. A
// state is the list of instructions of Go's compiled program (regexp/syntax.Prog) that the attempts
// under way have reached, most preferred first. step.go computes the effect of a rune on a state.
// cache.go keeps the results in a table, so that most bytes cost one table lookup (search.go).
//
// Invariants:
//   - The matches are exactly the non-empty matches of regexp.FindAllIndex on the same bytes. The
//     automaton reads runes, not bytes, so bytes that are not UTF-8 are decoded as Go decodes them,
//     each as U+FFFD. ASCII bytes index the table without decoding. Property tests and a fuzz
//     target check this.
//   - Only the class of a rune matters (classes.go): all runes that the expression does not
//     distinguish share one column of the table.
//   - The automaton reports a match one rune late, because $ and \b depend on the rune after the
//     match. The table's entry for a rune says whether a match ends before the rune.
//   - Memory is limited: by MaxSize for programs, and by tableBytes for each table of a Searcher. A
//     full table is emptied. If it fills too fast to be useful, the rest of a file is searched
//     without a table.
//   - The work between two checks of the stop flag is limited, whatever the expression.
//   - The work of a whole search grows linearly with the content, also when matches are short and
//     the search for each of them reads on to the end of the content (overrun.go). Exception: a
//     search that no longer uses its table.
//
// Non-goals: capturing groups, and literals. Package match searches for literals, and passes their
// occurrences as Candidates.
//
// Read next: regexp.go, then step.go.
package dfa
