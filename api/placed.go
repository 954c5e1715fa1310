package api

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
)

// placedError is an error in one field of a mutation's input, so that the page can show it where it belongs.
type placedError struct {
	err   error // an *insights.Error of code Invalid, or a *query.Error
	field []any // path from the mutation's arguments, as GraphQL writes paths: "input", "dataSeries", 0, "query"
	text  string
}

// Error is what is wrong, without the place and the way out of a query's error, which are extensions.
func (e *placedError) Error() string {
	if q := (*query.Error)(nil); errors.As(e.err, &q) {
		return q.Message
	}
	return e.err.Error()
}

func (e *placedError) Unwrap() error { return e.err }

// extensions returns what the client learns beside the message: the field, and for a query the place in it in UTF-16
// code units, as JavaScript counts, and what was probably meant.
func (e *placedError) extensions() map[string]any {
	ext := map[string]any{"code": string(insights.Invalid), "field": e.field}
	if q := (*query.Error)(nil); errors.As(e.err, &q) {
		ext["start"] = utf16Offset(e.text, q.Span.Start)
		ext["end"] = utf16Offset(e.text, q.Span.End)
		if q.Suggestion != "" {
			ext["suggestion"] = q.Suggestion
		}
	}
	return ext
}

// utf16Offset converts a byte offset in text to an offset in UTF-16 code units. An offset past the end is the end; one
// inside a character is that character's start.
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
