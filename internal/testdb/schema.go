package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver of database/sql, which goose uses
	"github.com/pressly/goose/v3"

	"github.com/backsight/backsight/migrations"
)

// productSchema is the schema of the product's migrations.
var productSchema = sync.OnceValues(func() (schema, error) {
	hash, err := hashFiles(migrations.FS)
	if err != nil {
		return schema{}, fmt.Errorf("hash the migrations: %w", err)
	}
	return schema{hash: hash, migrate: migrate}, nil
})

func migrate(ctx context.Context, url string) (err error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}
