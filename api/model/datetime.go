package model

import (
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/backsight/backsight/insights"
)

// MarshalDateTime writes an instant in RFC 3339 format in UTC, with a fraction only if it is not
// zero, so that equal instants are equal strings.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		// gqlgen's writer is a buffer
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(time.RFC3339Nano)))
	})
}

// UnmarshalDateTime parses RFC 3339 with any offset. Errors are insights.Errors with the code
// Invalid.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, insights.Errorf(insights.Invalid, "a DateTime is a string such as \"2026-01-31T00:00:00Z\"")
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, insights.Errorf(insights.Invalid, "%q is not a DateTime: write it as in \"2026-01-31T00:00:00Z\"", text)
	}
	return t.UTC(), nil
}
