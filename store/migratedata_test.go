package store_test

import (
	"database/sql"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/migrations"
	"github.com/backsight/backsight/store"
)

// readableLedger is everything that readers find in samples and series_points, of every schema.
func readableLedger(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `
		SELECT concat_ws(' ', 'sample', series_id, repo_id, time, generation, outcome, attempts, duration_ms, value,
			coalesce(encode(commit_bytea, 'hex'), '-'), coalesce(reason_class, '-'), coalesce(reason, '-'), coalesce(kept_outcome, '-'), coalesce(encode(kept_commit, 'hex'), '-')) FROM samples
		UNION ALL
		SELECT concat_ws(' ', 'point', series_id, time, value, coalesce(metadata_id::text, '-'), repo_id, repo_name_id, original_repo_name_id, coalesce(capture, '-')) FROM series_points
		ORDER BY 1`)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return lines
}

// A database of the version before, with samples of all kinds, reads the same after the migration, and after going back.
func TestChunksHoldWhatTheLedgerHeld(t *testing.T) {
	t.Parallel()
	url := testdb.NewURL(t)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	b := bundle{Store: store.New(pool), ctx: t.Context(), pool: pool}
	repositories := b.repositories(t, "acme", 4)
	require.NoError(t, b.RemoveRepository(b.ctx, repositories[3].Name))
	plain, captured, empty := b.series(t, "plain", insights.Search), b.series(t, "captured", insights.SearchCompute), b.series(t, "empty", insights.Search)

	conn, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer conn.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, conn, migrations.FS)
	require.NoError(t, err)
	_, err = provider.DownTo(t.Context(), 3)
	require.NoError(t, err)

	random := rand.New(rand.NewPCG(1, 2))
	one := func(of ...any) any { return of[random.IntN(len(of))] }
	commits := []any{[]byte("aaaaaaaaaaaaaaaaaaaa"), []byte("bbbbbbbbbbbbbbbbbbbb"), []byte("cccccccccccccccccccccccccccccccc")}
	for _, series := range []insights.Series{plain, captured} {
		var key int
		require.NoError(t, pool.QueryRow(b.ctx, `SELECT id FROM insight_series WHERE series_id = $1`, series.ID).Scan(&key))
		_, err := pool.Exec(b.ctx, `INSERT INTO insight_series_backfill (series_id, generation, kind, times) VALUES ($1, 1, 'backfill', $2), ($1, 2, 'recording', $3)`,
			key, []any{day(-3), day(-200)}, []any{day(2)}) // one more time than there are samples of
		require.NoError(t, err)
		for _, repository := range repositories {
			for d := -70; d <= 0; d++ { // three rows each, with gaps
				if random.IntN(5) == 0 {
					continue
				}
				outcome := one("pending", "counted", "reused", "absent", "partial", "failed").(string)
				var commit, class, reason, kept, keptCommit any
				value, attempts := 0, random.IntN(400)
				switch outcome {
				case "counted", "reused", "partial":
					commit, value = one(commits...), random.IntN(4)
				}
				if outcome == "partial" || outcome == "failed" {
					class, reason = one("timeout", "missing object", nil), one(`after "3" attempts, {x}\`, nil, "y")
				}
				if outcome == "pending" && random.IntN(2) == 0 {
					kept, keptCommit, value, commit = one("counted", "reused", "absent", "partial", "failed"), one(append(commits, nil)...), random.IntN(4), one(append(commits, nil)...)
				}
				_, err := pool.Exec(b.ctx, `INSERT INTO samples (series_id, repo_id, time, generation, outcome, attempts, duration_ms, value, commit_bytea, reason_class, reason, kept_outcome, kept_commit)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
					key, repository.ID, day(d), 1+random.IntN(3), outcome, min(attempts, 255), random.IntN(3)*500, value, commit, class, reason, kept, keptCommit)
				require.NoError(t, err)
				if value == 0 {
					continue
				}
				parts := map[any]int{nil: value}
				if series.Method == insights.SearchCompute {
					if parts = map[any]int{"1.20": 1}; value > 1 {
						parts["x, \"y\""] = value - 1
					}
				}
				for capture, n := range parts {
					_, err := pool.Exec(b.ctx, `INSERT INTO series_points (series_id, time, value, repo_id, repo_name_id, original_repo_name_id, capture)
						SELECT $1, $2, $3, r.id, n.id, n.id, $5 FROM repositories r JOIN repo_names n ON n.name = r.name WHERE r.id = $4`,
						series.ID, day(d), n, repository.ID, capture)
					require.NoError(t, err)
				}
			}
		}
	}
	before := readableLedger(t, pool)
	require.Greater(t, len(before), 500)
	pool.Reset() // what is prepared is of the schema before

	require.NoError(t, store.Migrate(t.Context(), url))
	require.Empty(t, cmp.Diff(before, readableLedger(t, pool)))
	for _, series := range []insights.Series{plain, captured, empty} {
		b.requireSums(t, series)
	}
	// What is written from now on goes on from there.
	_, err = b.BeginGeneration(b.ctx, plain.ID, insights.RecordingPlan, []time.Time{day(3), day(-1)})
	require.NoError(t, err)
	pool.Reset()

	_, err = provider.DownTo(t.Context(), 3)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(before, readableLedger(t, pool)))
	pool.Reset()
	require.NoError(t, store.Migrate(t.Context(), url))
	require.Empty(t, cmp.Diff(before, readableLedger(t, pool)))
}
