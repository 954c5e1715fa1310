package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
)

func TestPresentedErrors(t *testing.T) {
	t.Parallel()
	secret := errors.New("dial tcp 10.1.2.3:5432: password authentication failed")
	for _, row := range []struct {
		name, code, message string
		err                 error
		logged              bool
	}{
		{"for people", "not_found", "series x does not exist", insights.Errorf(insights.NotFound, "series x does not exist"), false},
		{"wrapped", "conflict", "taken", fmt.Errorf("add: %w", insights.Errorf(insights.Conflict, "taken")), false},
		{"with a cause", "unavailable", "no worker took the order", &insights.Error{Code: insights.Unavailable, Message: "no worker took the order", Cause: secret}, true},
		{"with the driver's words", "unavailable", "points: the database does not answer", insights.Errorf(insights.Unavailable, "points: the database does not answer: %w", secret), true},
		{"internal of ours", "internal", "", &insights.Error{Code: insights.Internal, Message: "sql: " + secret.Error()}, true},
		{"foreign", "internal", "", secret, true},
		{"foreign in GraphQL's wrapping", "internal", "", gqlerror.Wrap(secret), true},
		{"GraphQL's own", "invalid", "unknown field", gqlerror.Errorf("unknown field"), false},
		{"ended", "unavailable", "", fmt.Errorf("points: %w", context.DeadlineExceeded), false},
		{"a query's", "invalid", "bad", &inputError{err: &query.Error{Message: "bad", Suggestion: "good"}}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var log syncBuffer
			shown := presentError(slog.New(slog.NewTextHandler(&log, nil)))(t.Context(), row.err)
			require.Equal(t, row.code, shown.Extensions["code"])
			require.NotContains(t, shown.Message, "10.1.2.3")
			if row.message != "" {
				require.Equal(t, row.message, shown.Message)
			}
			if row.code == "internal" {
				require.Contains(t, shown.Message, shown.Extensions["id"])
				require.Contains(t, log.String(), shown.Extensions["id"])
			}
			if row.logged {
				require.Contains(t, log.String(), "10.1.2.3")
			} else {
				require.Empty(t, log.String())
			}
		})
	}
}

func TestInternalTextIsOnlyLogged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.Close()
	message := b.refused(insights.Internal, `{ settings { key } }`, nil)
	require.Contains(t, message, "log has the details")
	require.NotContains(t, message, "pool")
	require.Contains(t, b.log.String(), "pool")
}

func TestUTF16Offset(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text         string
		offset, want int
	}{
		{"abc", 0, 0},
		{"abc", 2, 2},
		{"abc", 3, 3},
		{"abc", 9, 3},
		{"äb", 2, 1},
		{"äb", 1, 0}, // inside a character: becomes its start
		{"😀b", 4, 2},
		{"😀b", 5, 3},
		{"\xffb", 1, 1},
		{"\xffb", 2, 2}, // invalid UTF-8: one replacement character for each byte
		{"", 0, 0},
	} {
		require.Equal(t, row.want, utf16Offset(row.text, row.offset), "%q at %d", row.text, row.offset)
	}
}

func TestLongMessagesKeepTheirEnd(t *testing.T) {
	t.Parallel()
	require.Equal(t, "short", shortened("short"))
	for _, letter := range []string{"a", "ä", "𝔘"} {
		message := shortened("begin " + strings.Repeat(letter, 10_000) + " end")
		require.LessOrEqual(t, len(message), maxMessage)
		require.True(t, utf8.ValidString(message))
		require.True(t, strings.HasPrefix(message, "begin "+letter))
		require.True(t, strings.HasSuffix(message, letter+" end"))
	}
}
