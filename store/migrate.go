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

// Migrate brings the database's schema up to this program's. Processes that start at the same moment take turns under an
// advisory lock; the one that finds nothing to do returns at once. A failed migration leaves the schema as it was.
func Migrate(ctx context.Context, databaseURL string) error {
	return withProvider(databaseURL, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero: not applied yet
}

// MigrationStatus lists all migrations that this program knows, oldest first.
func MigrationStatus(ctx context.Context, databaseURL string) ([]Migration, error) {
	var list []Migration
	err := withProvider(databaseURL, func(p *goose.Provider) error {
		states, err := p.Status(ctx)
		for _, s := range states {
			list = append(list, Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path), AppliedAt: s.AppliedAt})
		}
		return err
	})
	return list, err
}

func withProvider(databaseURL string, do func(*goose.Provider) error) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return insights.Errorf(insights.Invalid, "database URL: %w", err)
	}
	conn := stdlib.OpenDB(*config)
	p, err := newProvider(conn)
	if err == nil {
		err = do(p)
	}
	return classify(errors.Join(err, conn.Close()), "migrations")
}

func newProvider(conn *sql.DB) (*goose.Provider, error) {
	// Another process may be busy with a long migration: ask every second, for an hour.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 3600))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, conn, migrations.FS, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
}
