package api

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
)

// inputError is an error in one field of a mutation's input. The page shows it beside that field.
type inputError struct {
	err error // an *insights.Error of code Invalid, or a *query.Error
	// path from the mutation's arguments, as in GraphQL errors: "input", "dataSeries", 0, "query"
	field []any
	text  string // the query that the error's position refers to; "" without a position
}

// Error returns the message. For a query's error it leaves out the position and the suggestion,
// which are extensions.
func (e *inputError) Error() string {
	if q, ok := errors.AsType[*query.Error](e.err); ok {
		return q.Message
	}
	return e.err.Error()
}

func (e *inputError) Unwrap() error { return e.err }

// extensions returns the extensions of the GraphQL error: "code" and "field". For an error in a
// query they include its position, in UTF-16 code units as JavaScript counts them, and a suggestion
// if there is one.
func (e *inputError) extensions() map[string]any {
	ext := map[string]any{"code": string(insights.Invalid), "field": e.field}
	if q, ok := errors.AsType[*query.Error](e.err); ok {
		ext["start"] = utf16Offset(e.text, q.Span.Start)
		ext["end"] = utf16Offset(e.text, q.Span.End)
		if q.Suggestion != "" {
			ext["suggestion"] = q.Suggestion
		}
	}
	return ext
}

// utf16Offset converts a byte offset in text to an offset in UTF-16 code units. An offset past the
// end becomes the end; one inside a character becomes the start of that character.
func utf16Offset(text string, offset int) int {
	units := 0
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); i+size > offset {
			break
		}
		units += utf16.RuneLen(r)
	}
	return units
}
