package query

import "fmt"

// An Error says why a text is not a query (or not a scope), where, and what to
// write instead. Parse and ParseScope return no other error.
type Error struct {
	// Span is the place in the text given to Parse.
	Span Span
	// Message says what is wrong, and what was expected.
	Message string
	// Suggestion is the way out, a sentence without an end mark. Never empty.
	Suggestion string
}

// Error is one line: what is wrong, the place (counted in bytes from 1), and the
// way out.
func (e *Error) Error() string {
	return fmt.Sprintf("query, at byte %d: %s (%s)", e.Span.Start+1, e.Message, e.Suggestion)
}
