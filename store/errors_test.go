package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/store"
)

func TestMissingDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), "postgres://backsight:secret@127.0.0.1:1/backsight")
	requireCode(t, insights.Unavailable, err, "database: the database does not answer")
	require.NotContains(t, err.Error(), "secret")
	_, err = store.Open(t.Context(), "postgres://127.0.0.1:1/backsight?sslmode=perhaps")
	requireCode(t, insights.Invalid, err, "database URL")
}

func TestOpenReadsAndWrites(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), testdb.NewURL(t))
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Ping(t.Context()))
	_, err = s.Repositories.Add(t.Context(), "acme/api", "/srv/api", true)
	require.NoError(t, err)
}

// An administrator ends the connection of a running statement. The statement may be retried and
// then succeeds.
func TestTerminatedConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.repository(t, "acme/api").ID
	holder, err := b.pool.Begin(b.ctx)
	require.NoError(t, err)
	_, err = holder.Exec(b.ctx, `LOCK TABLE repositories IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	result := make(chan error, 1)
	go func() {
		_, err := b.Repositories.Get(b.ctx, id)
		result <- err
	}()
	for cut := false; !cut; { // until the statement waits for the lock
		err := b.pool.QueryRow(b.ctx, `
			SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '-- name: RepositoriesByID %'`).Scan(&cut)
		require.NoError(t, err)
	}
	requireCode(t, insights.Unavailable, <-result, "the database does not answer")
	require.NoError(t, holder.Rollback(b.ctx))
	_, err = b.Repositories.Get(b.ctx, id)
	require.NoError(t, err)
}

func TestEndedContextIsReturnedUnchanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	_, err := b.Repositories.List(ctx, store.RepositoryFilter{})
	require.ErrorIs(t, err, context.Canceled)
	_, known := errors.AsType[*insights.Error](err)
	require.False(t, known, "not an error of the database: %v", err)
}

func TestDatabaseWithoutSchemaSaysHowToMigrate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.pool.Exec(b.ctx, `DROP TABLE settings`)
	require.NoError(t, err)
	_, err = b.Settings.All(b.ctx)
	requireCode(t, insights.Unavailable, err, "run `backsight migrate up`")
}

// No test can cause the other classes of errors in a healthy database.
func TestClassifyUsesSQLState(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]insights.Code{
		"08006": insights.Unavailable, // connection failure
		"40001": insights.Unavailable, // serialization failure
		"40P01": insights.Unavailable, // deadlock
		"53300": insights.Unavailable, // too many connections
		"55P03": insights.Unavailable, // lock not available
		"57014": insights.Unavailable, // canceled, not by our context
		"57P01": insights.Unavailable, // admin shutdown
		"57P03": insights.Unavailable, // starting up
		"58030": insights.Unavailable, // I/O error
		"22003": insights.Invalid,     // out of range
		"22021": insights.Invalid,     // not UTF-8
		"23514": insights.Invalid,     // check
		"23503": insights.NotFound,    // foreign key
		"23505": insights.Conflict,    // unique
		"42601": insights.Internal,    // syntax error
		"XX000": insights.Internal,
	} {
		cause := &pgconn.PgError{Code: state, Message: "m"}
		err := store.Classify(cause, "series %s", "x")
		requireCode(t, want, err, "series x: ")
		require.ErrorIs(t, err, cause)
	}
	require.NoError(t, store.Classify(nil, "x"))
	known := insights.Errorf(insights.Forbidden, "no")
	require.Equal(t, error(known), store.Classify(known, "x"))
	canceled := errors.Join(&pgconn.PgError{Code: "57014"}, context.DeadlineExceeded)
	require.Equal(t, insights.Internal, insights.ErrorCode(store.Classify(canceled, "x")))
	require.ErrorIs(t, store.Classify(canceled, "x"), context.DeadlineExceeded)
	requireCode(t, insights.Conflict, store.Classify(&pgconn.PgError{Code: "23505", ConstraintName: "repositories_location"}, "x"), "another repository has this location")
	requireCode(t, insights.Conflict, store.Classify(&pgconn.PgError{Code: "23505", ConstraintName: "else"}, "x"), "exists already (else)")
}
