package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/backsight/backsight/insights"
)

// classify turns an error of the database into an *insights.Error that says what to do. The format
// names the object of the operation and comes first in the message. classify returns nil for nil,
// and an *insights.Error as it is. An error of a context that has ended stays one: classify adds
// the object and wraps it.
func classify(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*insights.Error](err); known {
		return err
	}
	object := fmt.Sprintf(format, args...)
	if errors.Is(err, pgx.ErrNoRows) {
		return insights.Errorf(insights.NotFound, "%s does not exist", object)
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyPostgres(err, pg, object)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return unavailable(err, object)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", object, err)
	}
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) {
		return unavailable(err, object)
	}
	return &insights.Error{Code: insights.Internal, Message: object + ": " + err.Error(), Cause: err}
}

// classifyPostgres decides by SQLSTATE:
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func classifyPostgres(err error, pg *pgconn.PgError, object string) error {
	class := pg.Code[:min(2, len(pg.Code))]
	switch {
	case pg.Code == "57014" && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		return fmt.Errorf("%s: %w", object, err) // query_canceled, because our context ended
	// connection, operator intervention (shutdown, crash, starting up)
	case class == "08" || class == "57":
		return unavailable(err, object)
	// transaction rollback (serialization, deadlock), insufficient resources, system error,
	// lock_not_available
	case class == "40" || class == "53" || class == "58" || pg.Code == "55P03":
		return &insights.Error{Code: insights.Unavailable, Cause: err, Message: object + ": the database cannot do this now: " + strings.TrimSpace(err.Error())}
	// undefined table, column, type
	case pg.Code == "42P01" || pg.Code == "42703" || pg.Code == "42704":
		return &insights.Error{Code: insights.Unavailable, Cause: err, Message: object +
			": the database does not have this program's schema (" + pg.Message + "): run `backsight migrate up`"}
	case pg.Code == "23505":
		return &insights.Error{Code: insights.Conflict, Cause: err, Message: object + ": " + conflict(pg)}
	case pg.Code == "23503":
		return &insights.Error{Code: insights.NotFound, Cause: err, Message: object + ": refers to something that does not exist: " + pg.Detail}
	// character_not_in_repertoire, untranslatable_character
	case pg.Code == "22021" || pg.Code == "22P05":
		return &insights.Error{Code: insights.Invalid, Cause: err, Message: object + ": a text has a character that cannot be stored (NUL, or bytes that are not UTF-8)"}
	// data exception, check and not-null violation
	case class == "22" || pg.Code == "23514" || pg.Code == "23502":
		return &insights.Error{Code: insights.Invalid, Cause: err, Message: object + ": " + pg.Message}
	}
	return &insights.Error{Code: insights.Internal, Cause: err, Message: object + ": " + pg.Message + " (SQLSTATE " + pg.Code + ")"}
}

func unavailable(err error, object string) error {
	return &insights.Error{Code: insights.Unavailable, Cause: err, Message: object + ": the database does not answer: " + strings.TrimSpace(err.Error())}
}

// conflict says what exists already.
func conflict(pg *pgconn.PgError) string {
	switch pg.ConstraintName {
	case "repositories_name":
		return "another repository has this name"
	case "repositories_location":
		return "another repository has this location"
	case "insight_view_series_pkey":
		return "the insight has the same series twice: give one of them another query, scope or interval"
	case "insight_series_definition":
		return "another series has the same query, scope and points"
	case "insight_view_unique_id_key", "insight_series_series_id_key":
		return "the id is taken"
	}
	return "exists already (" + pg.ConstraintName + ")"
}
