package testdb

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

const (
	// cloneStrategy copies files rather than writing every page to the log.
	cloneStrategy = "FILE_COPY"
	// setUpTimeout also has to do for the first test on a machine that compiles while it tests.
	setUpTimeout = 2 * time.Minute
	// poolSize leaves the server's 200 connections to 20 databases at a time.
	poolSize = 10
	// closeTimeout is how long a test's last queries may take to return their connections.
	closeTimeout = 10 * time.Second
)

// New returns a pool on a new, migrated database. When the test ends the pool is closed; a connection that was not given
// back by then fails the test. The database is dropped if the test passed, else kept and its URL logged.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	url := NewURL(t)
	config, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	config.MaxConns = poolSize
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	require.NoError(t, err)
	t.Cleanup(func() { closePoolWithin(t, pool, closeTimeout) })
	return pool
}

// NewURL is New for a test that makes its own connections; what is still connected when the test ends is cut off.
func NewURL(t testing.TB) string {
	t.Helper()
	product, err := productSchema()
	require.NoError(t, err)
	return newDatabase(t, product)
}

// newDatabase copies the schema's template.
func newDatabase(t testing.TB, s schema) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	srv, err := theServer(ctx)
	require.NoError(t, err)
	template, err := srv.template(ctx, s)
	require.NoError(t, err)

	name := databaseName(t.Name())
	err = srv.admin(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `CREATE DATABASE `+quote(name)+` TEMPLATE `+quote(template)+` STRATEGY `+cloneStrategy)
		return err
	})
	require.NoError(t, err, "copy the template database")
	t.Cleanup(func() { srv.discard(t, name) })
	return srv.databaseURL(name)
}

// discard drops a test's database, or keeps it for the one who looks into the failure.
func (s *server) discard(t testing.TB, name string) {
	t.Helper()
	if t.Failed() {
		require.NoError(t, s.keep())
		t.Logf("the test's database is kept for %s after the last test: psql '%s'", keptFor, s.databaseURL(name))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	err := s.admin(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `DROP DATABASE `+quote(name)+` WITH (FORCE)`)
		return err
	})
	require.NoError(t, err, "drop the test's database")
}

// closePoolWithin closes the pool, which waits for connections that are in use; one that is never given back must not hang the
// test.
func closePoolWithin(t testing.TB, pool *pgxpool.Pool, timeout time.Duration) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(timeout):
		t.Errorf("%d connections were not given back: rows not closed, or a transaction neither committed nor rolled back", pool.Stat().AcquiredConns())
	}
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// databaseName makes a name that tells which test it is for. Postgres cuts names at 63 bytes.
func databaseName(test string) string {
	readable := strings.Trim(notInName.ReplaceAllString(strings.ToLower(test), "_"), "_")
	return databasePrefix + readable[:min(len(readable), 30)] + "_" + strings.ToLower(rand.Text()[:12])
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
