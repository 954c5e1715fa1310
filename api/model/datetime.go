package model

import (
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/backsight/backsight/insights"
)

// MarshalDateTime prints an instant as RFC 3339 in UTC, with a fraction only where there is one, so that equal
// instants are equal strings.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(time.RFC3339Nano))) // gqlgen's writer is a buffer
	})
}

// UnmarshalDateTime reads RFC 3339 with any offset. Its errors are Invalid insights.Errors.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, insights.Errorf(insights.Invalid, "a DateTime is a string such as \"2026-01-31T00:00:00Z\", not %T", v)
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, insights.Errorf(insights.Invalid, "%q is not a DateTime: write it as in \"2026-01-31T00:00:00Z\"", text)
	}
	return t.UTC(), nil
}
