package query

import (
	"fmt"
	"strings"
)

// An Error says why a text is not a valid query or scope, where the problem is, and what to write
// instead. Every error of this package is an *Error.
type Error struct {
	// Span is the place of the problem in the text that was parsed.
	Span Span
	// Message says what is wrong and what was expected.
	Message string
	// Suggestion says what to write instead. It does not end with a period, and is never empty.
	Suggestion string
}

// Error returns the position (in bytes, counted from 1), the message and the suggestion.
func (e *Error) Error() string {
	return fmt.Sprintf("byte %d: %s: %s", e.Span.Start+1, e.Message, e.Suggestion)
}

// fail returns an Error with the first suggestion that is not empty. Callers put a specific
// suggestion before a general one.
func fail(at Span, message string, suggestions ...string) *Error {
	e := &Error{Span: at, Message: message}
	for _, s := range suggestions {
		if s != "" {
			e.Suggestion = s
			break
		}
	}
	return e
}

// asText returns the suggestion for a part of a query that the parser read as syntax, if the user
// may have meant it as text to search for.
func asText(text string) string {
	return "to search for it as text, write content:" + quote(shown(text))
}

// maxShown is the most bytes of a text that the function shown keeps.
const maxShown = 200

// shown returns a text for an error message. If the text has more than maxShown bytes, shown keeps
// the characters that fit into maxShown bytes, and appends "…".
func shown(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + "…"
}

// didYouMean suggests the word that is most similar to a wrong one, or returns "" if no word is
// similar.
func didYouMean(wrong string, words []string) string {
	if word, ok := nearest(wrong, words); ok {
		return fmt.Sprintf("did you mean %q?", word)
	}
	return ""
}

// oneOf lists words for a message, as in "a, b or c".
func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
