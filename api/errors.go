package api

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/backsight/backsight/insights"
)

// presentError turns any error of a resolver into what a client may see. Errors written for people (insights.Error,
// except internal ones, and errors in input) keep their text; GraphQL's own (syntax, validation, limits) are invalid
// requests; everything else becomes a correlation id, under which the log holds the real text.
func presentError(logger *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		presented := graphql.DefaultErrorPresenter(ctx, err) // path and locations
		var placed *placedError
		var known *insights.Error
		switch {
		case errors.As(err, &placed):
			presented.Message = placed.Error()
			presented.Extensions = placed.extensions()
		case errors.As(err, &known) && known.Code != insights.Internal:
			presented.Message = publicMessage(known)
			presented.Extensions = map[string]any{"code": string(known.Code)}
			if known.Code == insights.Unavailable {
				logger.WarnContext(ctx, "a request met something unavailable", "path", presented.Path.String(), "err", known.Message, "cause", known.Cause)
			}
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			presented.Message = "the request was ended before its answer was ready: ask for less at once, or try again"
			presented.Extensions = map[string]any{"code": string(insights.Unavailable)}
		case isGraphQLs(err):
			presented.Extensions = map[string]any{"code": string(insights.Invalid)}
		default:
			id := rand.Text()
			logger.ErrorContext(ctx, "a request failed", "id", id, "path", presented.Path.String(), "err", err)
			presented.Message = internalMessage(id)
			presented.Extensions = map[string]any{"code": string(insights.Internal), "id": id}
		}
		return presented
	}
}

// publicMessage is an error's message. That of something unavailable often ends with what a driver said (addresses, user
// names): that part stays in the log.
func publicMessage(e *insights.Error) string {
	if e.Code != insights.Unavailable || e.Cause == nil {
		return e.Message
	}
	return strings.TrimSuffix(e.Message, ": "+e.Cause.Error())
}

// isGraphQLs reports whether err was made by the GraphQL engine about the request itself: it wraps nothing.
func isGraphQLs(err error) bool {
	var g *gqlerror.Error
	return errors.As(err, &g) && g.Err == nil
}

func internalMessage(id string) string {
	return "something went wrong on the server; its log has the details under " + id
}

// recoverPanic keeps one broken resolver from ending the process, and its stack in the log.
func recoverPanic(logger *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, reason any) error {
		logger.ErrorContext(ctx, "a resolver panicked", "panic", reason, "stack", string(debug.Stack()))
		return insights.Errorf(insights.Internal, "panic: %v", reason)
	}
}
