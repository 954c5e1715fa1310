package store

import (
	"context"
	"database/sql"
	"errors"
	"path"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/migrations"
)

// Migrate brings the database's schema up to date. Processes that start at the same time wait for
// each other under an advisory lock, up to an hour. A migration that fails is rolled back; the
// migrations before it stay applied. Migrate returns Conflict for a database that a version before
// 0.1.0 created.
func Migrate(ctx context.Context, databaseURL string) error {
	return withProvider(databaseURL, func(conn *sql.DB, p *goose.Provider) error {
		if err := refuseEarlySchema(ctx, conn); err != nil {
			return err
		}
		_, err := p.Up(ctx)
		return err
	})
}

// refuseEarlySchema returns Conflict when the database has a table that only versions before 0.1.0
// created.
func refuseEarlySchema(ctx context.Context, conn *sql.DB) error {
	var early bool
	err := conn.QueryRowContext(ctx, "-- name: EarlySchema\nSELECT to_regclass('insight_series_backfill') IS NOT NULL").Scan(&early)
	if err == nil && early {
		return insights.Errorf(insights.Conflict, "the database was made by a version of Backsight before 0.1.0, which this version cannot convert: use a new database or, with `backsight up`, remove the data directory")
	}
	return err
}

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero: not applied
}

// MigrationStatus lists all migrations that this program contains, oldest first.
func MigrationStatus(ctx context.Context, databaseURL string) ([]Migration, error) {
	var list []Migration
	err := withProvider(databaseURL, func(_ *sql.DB, p *goose.Provider) error {
		states, err := p.Status(ctx)
		for _, s := range states {
			list = append(list, Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path), AppliedAt: s.AppliedAt})
		}
		return err
	})
	return list, err
}

func withProvider(databaseURL string, do func(*sql.DB, *goose.Provider) error) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return insights.Errorf(insights.Invalid, "database URL: %w", err)
	}
	conn := stdlib.OpenDB(*config)
	p, err := newProvider(conn)
	if err == nil {
		err = do(conn, p)
	}
	return classify(errors.Join(err, conn.Close()), "migrations")
}

func newProvider(conn *sql.DB) (*goose.Provider, error) {
	// Another process may run a long migration: ask every second, for an hour.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 3600))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, conn, migrations.FS, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
}
