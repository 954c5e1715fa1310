// Package match finds a query in one file's bytes.
//
// Compile picks, once per query, the fastest way to find each pattern: byte
// search for a text (literal.go), several byte searches side by side for a
// regular expression that is an alternation of texts (finder.go), and for other
// regular expressions an automaton (internal/dfa), from where a text stands with
// which every match begins, or on the lines that hold a text which every match must
// hold (required.go, prefix.go, engine.go). Go's engine sees matches only, to tell
// what their groups hold (captures.go). Templates have a matcher of their own
// (structural.go).
//
// What counts:
//   - A pattern holds for a file if it has a match that is not empty. Matches of
//     one pattern do not overlap, leftmost first, as Go's regexp finds them.
//   - The ranges counted are those of the positive patterns in the parts of the
//     expression that hold: in `a AND b OR c`, a file with a and c but no b counts
//     its c. Of ranges of different patterns that overlap, the leftmost counts,
//     and of those that start together the longest; so `foo OR foobar` counts
//     foobar once, as in Sourcegraph.
//   - A file for which the expression holds without a positive pattern (filters
//     only, or `NOT a`) counts 1.
//   - Values of capturing groups are counted for each pattern by itself.
//   - With Options.Languages, lines, bytes and files of each language instead, of
//     the files for which filters hold (languages.go).
//   - A commit counts 1. What a diff changed is the lines that a file has more often
//     or less often than before (text.go).
//
// Invariants:
//   - Counts are those of Go's regexp on the whole content, whichever way finds
//     them; property tests compare. Text patterns are compared as bytes, so that
//     U+FFFD in one does not match bytes that are not UTF-8.
//   - The same query, path and content give the same counts for ever.
//   - A content that does not meet Required counts 0, so an index may leave it
//     unread.
//   - A Matcher is safe for concurrent use, and retains nothing of a content.
//
// Non-goals: reading files and commits, adding up (search/history), and the limits
// count: and timeout:, which are kept by who runs the search. So are Predicates,
// which are about a tree as a whole.
//
// Read next: match.go, then literal.go for where the time goes, and
// internal/dfa and
// structural_memo.go for why regular expressions and templates take linear time.
package match
