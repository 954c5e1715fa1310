package store_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/migrations"
	"github.com/backsight/backsight/store"
)

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	t.Parallel()
	url := testdb.NewURL(t)
	before := schemaOf(t, url)
	require.Contains(t, before, "column sample_chunks.outcomes text NOT NULL")

	conn, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer conn.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, conn, migrations.FS)
	require.NoError(t, err)
	_, err = provider.DownTo(t.Context(), 0)
	require.NoError(t, err)
	require.Empty(t, schemaOf(t, url), "the down migrations remove everything")

	statuses, err := store.MigrationStatus(t.Context(), url)
	require.NoError(t, err)
	files, err := migrations.FS.ReadDir(".")
	require.NoError(t, err)
	require.Len(t, statuses, len(files))
	require.Equal(t, "00001_repositories.sql", statuses[0].Name)
	require.True(t, statuses[0].AppliedAt.IsZero())

	require.NoError(t, store.Migrate(t.Context(), url))
	require.Empty(t, cmp.Diff(before, schemaOf(t, url)))

	statuses, err = store.MigrationStatus(t.Context(), url)
	require.NoError(t, err)
	require.False(t, statuses[len(statuses)-1].AppliedAt.IsZero())
}

func TestConcurrentMigrationsWaitForEachOther(t *testing.T) {
	t.Parallel()
	url := testdb.NewURL(t)
	conn, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer conn.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, conn, migrations.FS)
	require.NoError(t, err)
	_, err = provider.DownTo(t.Context(), 0)
	require.NoError(t, err)

	group, ctx := errgroup.WithContext(t.Context())
	for range 3 {
		group.Go(func() error { return store.Migrate(ctx, url) })
	}
	require.NoError(t, group.Wait())
	require.NotEmpty(t, schemaOf(t, url))
}

func TestMigrateSaysWhatIsWrongWithTheURL(t *testing.T) {
	t.Parallel()
	requireCode(t, insights.Invalid, store.Migrate(t.Context(), "postgres://localhost:port/x"), "database URL")
	requireCode(t, insights.Unavailable, store.Migrate(t.Context(), "postgres://127.0.0.1:1/x"), "migrations: the database does not answer")
}

// schemaOf lists everything that the migrations create, except goose's own table, one line each.
func schemaOf(t *testing.T, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `
		SELECT line FROM (
			SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
				|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
				|| coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') || rtrim(' ' || a.attidentity::text || a.attgenerated::text) AS line, c.relname
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
			UNION ALL
			SELECT 'index ' || pg_get_indexdef(i.indexrelid), c.relname
			FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace
			UNION ALL
			SELECT 'constraint ' || c.relname || ' ' || pg_get_constraintdef(k.oid), c.relname
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = 'public'::regnamespace
			UNION ALL
			SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder), t.typname
			FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname
		) AS lines
		WHERE relname <> 'goose_db_version'
		ORDER BY line`)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return lines
}
