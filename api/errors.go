package api

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/backsight/backsight/insights"
)

// presentError returns a function that converts a resolver's error to the one that the client gets.
// Input errors and insights.Errors keep their text; an Unavailable error loses the text of its
// cause, and Internal errors count as unexpected. A request that was cancelled or took too long
// gets the code Unavailable. Errors of the GraphQL engine (syntax, validation, limits) get the code
// Invalid. For an unexpected error the client gets a correlation id, and the text is logged with
// this id.
func presentError(logger *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		presented := graphql.DefaultErrorPresenter(ctx, err) // path and locations
		input, isInput := errors.AsType[*inputError](err)
		known, isKnown := errors.AsType[*insights.Error](err)
		switch {
		case isInput:
			presented.Message = input.Error()
			presented.Extensions = input.extensions()
		case isKnown && known.Code != insights.Internal:
			presented.Message = publicMessage(known)
			presented.Extensions = map[string]any{"code": string(known.Code)}
			if known.Code == insights.Unavailable {
				logger.WarnContext(ctx, "a request failed because a service is unavailable", "path", presented.Path.String(), "error", known.Message, "cause", known.Cause)
			}
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			presented.Message = "the request took too long: request less data at once, or try again"
			presented.Extensions = map[string]any{"code": string(insights.Unavailable)}
		case isGraphQLs(err):
			presented.Extensions = map[string]any{"code": string(insights.Invalid)}
		default:
			id := rand.Text()
			logger.ErrorContext(ctx, "a request failed", "id", id, "path", presented.Path.String(), "error", err)
			presented.Message = internalMessage(id)
			presented.Extensions = map[string]any{"code": string(insights.Internal), "id": id}
		}
		presented.Message = shortened(presented.Message)
		return presented
	}
}

// maxMessage is the largest number of bytes of an error message that a client gets.
const maxMessage = 1500

// shortened removes the middle of a long message. Messages quote what the client has sent, and end
// with what to do about it.
func shortened(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	tail := message[len(message)-maxMessage/2:]
	for len(tail) > 0 && !utf8.RuneStart(tail[0]) {
		tail = tail[1:]
	}
	return insights.Truncate(message, maxMessage/2) + tail
}

// publicMessage returns an error's message. Messages of the code Unavailable often end with the
// text of their cause, which can contain addresses and user names; publicMessage removes that text.
func publicMessage(e *insights.Error) string {
	if e.Code != insights.Unavailable || e.Cause == nil {
		return e.Message
	}
	return strings.TrimSuffix(e.Message, ": "+e.Cause.Error())
}

// isGraphQLs reports whether the GraphQL engine itself created err because of the request. Such an
// error wraps no other error.
func isGraphQLs(err error) bool {
	g, ok := errors.AsType[*gqlerror.Error](err)
	return ok && g.Err == nil
}

func internalMessage(id string) string {
	return "internal error; the server's log has the details under the id " + id
}

// recoverPanic returns a function that logs a resolver's panic with its stack and converts it to an
// Internal error.
func recoverPanic(logger *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, reason any) error {
		logger.ErrorContext(ctx, "a resolver panicked", "panic", reason, "stack", string(debug.Stack()))
		return insights.Errorf(insights.Internal, "panic: %v", reason)
	}
}
