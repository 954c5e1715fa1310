package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// rowsOf returns a Store with one connection, and a function that returns how many rows of a table
// that connection has read.
func (b bundle) rowsOf(t *testing.T, table string) (alone *store.Store, read func() int64) {
	t.Helper()
	config := b.pool.Config().Copy()
	config.MaxConns = 1 // so that the statistics are those of this connection
	pool, err := pgxpool.NewWithConfig(b.ctx, config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return store.New(pool), func() (rows int64) {
		_, err := pool.Exec(b.ctx, `SELECT pg_stat_force_next_flush()`)
		require.NoError(t, err)
		require.NoError(t, pool.QueryRow(b.ctx, `SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = $1`, table).Scan(&rows))
		return rows
	}
}

// Plans are kept for ever, and the metrics query often. Completed plans and outdated snapshots must
// not be read.
func TestBacklogReadsOpenPlansOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	series := b.series(t, "TODO", insights.Search)
	for _, sql := range []string{
		`INSERT INTO series_plans (series_id, number, kind, times, completed_at)
			SELECT s.id, n, CASE WHEN n % 10 = 0 THEN 'snapshot' ELSE 'recording' END, '{}', CASE WHEN n % 10 = 0 THEN NULL ELSE now() END
			FROM insight_series AS s, generate_series(1, 3000) AS n`,
		`ANALYZE`,
	} {
		_, err := b.pool.Exec(b.ctx, sql)
		require.NoError(t, err)
	}
	b.plan(t, series, insights.BackfillPlan, day(0))
	alone, read := b.rowsOf(t, "series_plans")
	before := read()
	backlog, err := alone.Backlog(b.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, backlog.Plans)
	require.LessOrEqual(t, read()-before, int64(10))
}
