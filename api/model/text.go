package model

import (
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/backsight/backsight/insights"
)

// MarshalText writes a String or an ID.
func MarshalText(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalText reads a String or an ID of a request. It refuses what no field accepts, because
// neither Postgres nor git can store it. Errors are insights.Errors with the code Invalid.
func UnmarshalText(v any) (string, error) {
	text, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", insights.Errorf(insights.Invalid, "a text is expected here: write it in quotation marks")
	}
	if strings.ContainsRune(text, 0) {
		return "", insights.Errorf(insights.Invalid, "a text contains the character NUL (U+0000), which is not allowed")
	}
	if !utf8.ValidString(text) {
		return "", insights.Errorf(insights.Invalid, "a text is not valid UTF-8")
	}
	return text, nil
}
