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
	// cloneStrategy makes Postgres copy files; the other strategy writes each page to the
	// write-ahead log.
	cloneStrategy = "FILE_COPY"
	// setUpTimeout is long enough for the first test on a machine that compiles and tests at the
	// same time.
	setUpTimeout = 2 * time.Minute
	// poolSize lets 20 databases share the server's 200 connections.
	poolSize = 10
	// closeTimeout is how long a test's last queries may take to return their connections.
	closeTimeout = 10 * time.Second
)

// New returns a pool of connections to a new, migrated database. The pool is closed when the test
// ends; a connection that is not released within 10 seconds then fails the test. The database is
// dropped if the test passed; otherwise it is kept and its URL is logged.
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

// NewURL returns the URL of a new, migrated database, for a test that makes its own connections.
// When the test ends, the database is dropped, which closes open connections, or kept as with New.
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
	srv, err := sharedServer(ctx)
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

// discard drops a test's database, or keeps it if the test failed.
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

// closePoolWithin closes the pool and waits until all connections are released. It fails the test
// when that takes longer than `timeout`.
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
		t.Errorf("%d connections were not released: rows were not closed, or a transaction was neither committed nor rolled back", pool.Stat().AcquiredConns())
	}
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// databaseName returns a new name that contains the beginning of the test's name. Postgres
// truncates names to 63 bytes.
func databaseName(test string) string {
	readable := strings.Trim(notInName.ReplaceAllString(strings.ToLower(test), "_"), "_")
	return databasePrefix + readable[:min(len(readable), 30)] + "_" + strings.ToLower(rand.Text()[:12])
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
