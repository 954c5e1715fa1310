package store

import (
	"context"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// defaultMaxConns is the pool's size where the URL has no pool_max_conns: enough for a worker's slots and the API of one
// process, and a sixth of what Postgres accepts by default.
const defaultMaxConns = 16

// Store reads and writes the database. It is safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
	keys sync.Map // series ksuid → int32 id; a pair never changes, not even when the series is deleted
}

// Open connects to the database and checks that it answers. The URL is anything that pgx reads, pool_max_conns
// included. Invalid for a URL that cannot be read, Unavailable when nothing answers. The schema is not touched, see
// Migrate. The caller owns the Store and closes it.
func Open(ctx context.Context, databaseURL string) (*Store, error) {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "database URL: %w", err)
	}
	if !strings.Contains(databaseURL, "pool_max_conns") {
		config.MaxConns = defaultMaxConns
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "backsight"
	}
	if config.ConnConfig.RuntimeParams["jit"] == "" {
		config.ConnConfig.RuntimeParams["jit"] = "off" // no statement runs as long as compiling it takes
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, classify(err, "database")
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, classify(err, "database")
	}
	return New(pool), nil
}

// New makes a Store of a pool that the caller made; Close closes that pool.
func New(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Close ends all connections. It waits until those in use are given back.
func (s *Store) Close() { s.pool.Close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return classify(s.pool.Ping(ctx), "database") }

func (s *Store) queries() *db.Queries { return db.New(s.pool) }

// inTx runs do in a transaction that is committed when do returns nil. do must not return insights errors for
// expected outcomes, since any error rolls back.
func (s *Store) inTx(ctx context.Context, do func(*db.Queries) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return do(db.New(tx)) })
}

// seriesKey returns the integer id behind a series' public one.
func (s *Store) seriesKey(ctx context.Context, seriesID string) (int32, error) {
	if key, ok := s.keys.Load(seriesID); ok {
		return key.(int32), nil
	}
	key, err := s.queries().SeriesKey(ctx, seriesID)
	if err != nil {
		return 0, classify(err, "series %s", seriesID)
	}
	s.keys.Store(seriesID, key)
	return key, nil
}

// id32 fits an id into Postgres' integer. What does not fit names no row, so the ends of the range stand for it: ranges
// such as "through math.MaxInt64" keep their meaning.
func id32(id int64) int32 { return int32(max(math.MinInt32, min(id, math.MaxInt32))) }

func ids32(ids []int64) []int32 {
	short := make([]int32, len(ids))
	for i, id := range ids {
		short[i] = id32(id)
	}
	return short
}

// instant is t as the database keeps it: UTC, whole microseconds.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func instantOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := instant(*t)
	return &u
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// pageSize bounds what one read returns, whatever the caller asks for.
func pageSize(limit int) int32 {
	const most = 10_000
	if limit <= 0 || limit > most {
		return most
	}
	return int32(limit)
}
