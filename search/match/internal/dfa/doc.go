// Package dfa finds the matches of a regular expression with an automaton that is
// made while it runs: some hundred MB/s where Go's engine makes 7 to 30.
//
// It is a lazy deterministic automaton as RE2 has it. A state is the list of the
// places in Go's compiled program (regexp/syntax.Prog) at which an attempt to
// match may stand, most preferred first; step.go says what a rune makes of it, and
// cache.go keeps the answers in a table, so that most bytes cost one look-up
// (search.go).
//
// Invariants:
//   - The matches are exactly those of regexp.FindAllIndex on the same bytes that
//     are not empty. An automaton over runes, not bytes, sees to bytes that are not
//     UTF-8: they are decoded as Go decodes them, each as U+FFFD. ASCII goes to the
//     table undecoded. Property tests and a fuzz target compare.
//   - Of a rune only its class counts (classes.go): all runes that no part of the
//     expression tells apart are one column of the table.
//   - A match is seen one rune late, when it is known what follows it, because of
//     $ and \b. The table's entry says whether a match ended before the rune.
//   - Memory is bounded: by MaxSize for programs, and by TableBytes for each table
//     of a Searcher. A full table is emptied; where it fills too fast to be of use,
//     the rest of a content is searched without one.
//   - Work between two looks at the stop flag is bounded, whatever the expression.
//
// Non-goals: capturing groups, and literals; the caller knows more about those and
// hands in Candidates.
//
// Read next: regexp.go, then step.go.
package dfa
