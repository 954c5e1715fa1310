// Package match finds the matches of a query in the content of one file, and decides whether one
// commit matches.
//
// Decode decides what the text of a file is (binary.go). Each pattern sees the text in its own
// form, usually without the \r at the end of lines (form.go).
//
// Compile chooses, once per query, the fastest way to find each pattern. A byte search finds a
// literal text (literal.go). If a regular expression is an alternation of texts, one byte search
// per text finds it (finder.go). A class of runes is found rune by rune (runes.go). All other
// regular expressions run on an automaton (internal/dfa): from the occurrences of a text that every
// match starts with, on the lines that contain a text or bytes that every match contains, or on the
// whole content (required.go, prefix.go, run.go, engine.go). Go's regexp engine only finds the
// values of groups in matches (captures.go). Templates have their own matcher (structural.go).
//
// Counting rules:
//   - A pattern holds for a file if it has a non-empty match. The matches of one pattern do not
//     overlap, and are leftmost-first, as in Go's regexp.
//   - The counted ranges are those of the positive patterns (under an even number of NOTs) in the
//     parts of the expression that hold: in `a AND b OR c`, a file with a and c but without b
//     counts its c. If ranges of different patterns overlap, the leftmost counts; if they start
//     together, the longest. So `foo OR foobar` counts foobar once, as in Sourcegraph.
//   - If the expression holds for a file, and the parts that hold have no positive pattern (only
//     filters, or `NOT a`), the file counts 1. With type:path, select:file or select:repo, every
//     file for which the expression holds counts 1.
//   - The values of capturing groups are counted for each pattern separately.
//   - If the attributes of a file (Matcher.With) set its language, its path and its content do not
//     matter for the language.
//   - With Options.Languages, the matcher instead counts lines, bytes and files per language, in
//     the files for which the filters hold (languages.go).
//   - A matching commit counts 1. The changed lines of a diff are those that the file contains more
//     often or less often than before (text.go).
//
// Invariants:
//   - The matches of regular expressions and literals are those that Go's regexp finds in the whole
//     text, in the form that the pattern sees, however the pattern is found. Property tests check
//     this. Literal patterns are compared as bytes, so U+FFFD in a literal does not match bytes
//     that are not UTF-8.
//   - The same query, path, content and attributes always give the same counts.
//   - A file that does not meet Required counts 0, so a caller with an index need not read it.
//   - A Matcher is safe for concurrent use, and retains no part of a file.
//
// Non-goals: reading files and commits, and summing counts (search/history). Callers must apply the
// limits count: and timeout:, and must evaluate the Predicates, which are conditions on all files
// of a commit.
//
// Read next: filters.go for the filters, match.go, then literal.go, where most of the time is
// spent. internal/dfa and structural_memo.go explain why regular expressions and templates take
// linear time.
package match
