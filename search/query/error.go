package query

import (
	"fmt"
	"strings"
)

// An Error says why a text is not a query (or not a scope), where, and what to
// write instead. Parse and ParseScope return no other error.
type Error struct {
	// Span is the place in the text given to Parse.
	Span Span
	// Message says what is wrong, and what was expected.
	Message string
	// Suggestion is the way out, without an end mark. Never empty.
	Suggestion string
}

// Error is one line: the place (in bytes, counted from 1), what is wrong and the
// way out.
func (e *Error) Error() string {
	return fmt.Sprintf("query, byte %d: %s: %s", e.Span.Start+1, e.Message, e.Suggestion)
}

// fail makes an Error. Of several suggestions the first that is not empty is
// taken, so that a near miss can be offered before the general way out.
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

// asText is the way out for text that was taken for syntax.
func asText(text string) string {
	return "to search for it as text, write content:" + quote(shown(text))
}

// maxShown is how much of a query's text an error repeats, in bytes.
const maxShown = 200

// shown is text for an error: its beginning, if it is long.
func shown(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + "…"
}

// didYouMean suggests the word nearest to a wrong one, or "" when none is near.
func didYouMean(wrong string, words []string) string {
	if word, ok := nearest(wrong, words); ok {
		return fmt.Sprintf("did you mean %q?", word)
	}
	return ""
}

// oneOf lists words for a message.
func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
