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

// defaultMaxConns is the size of the pool when the URL has no pool_max_conns: enough for a worker
// and an API in one process, and a sixth of the 100 connections that Postgres accepts by default.
const defaultMaxConns = 16

// Store reads and writes the database. Create it with Open or New. It is safe for concurrent use.
type Store struct {
	Repositories *Repositories
	Commits      *Commits
	Access       *Access
	Views        *Views
	Series       *Series
	Plans        *Plans
	Samples      *Samples
	Charts       *Charts
	Notices      *Notices
	Quarantine   *Quarantine
	Retention    *Retention
	Settings     *Settings

	database *database
}

// Open connects to the database and checks that it answers. databaseURL is any URL that pgx reads,
// and may set pool_max_conns. Open returns Invalid for a URL that it cannot read and Unavailable
// when nothing answers. It does not change the schema; see Migrate. Callers must call Close.
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
		// JIT compilation takes longer than any statement runs
		config.ConnConfig.RuntimeParams["jit"] = "off"
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

// New returns a Store over a pool that the caller has made. Close closes that pool.
func New(pool *pgxpool.Pool) *Store {
	d := &database{pool: pool}
	return &Store{
		Repositories: &Repositories{d}, Commits: &Commits{d}, Access: &Access{d},
		Views: &Views{d}, Series: &Series{d}, Plans: &Plans{d}, Samples: &Samples{d}, Charts: &Charts{d},
		Notices: &Notices{d}, Quarantine: &Quarantine{d}, Retention: &Retention{d}, Settings: &Settings{d},
		database: d,
	}
}

// Close ends all connections. It waits until those in use are returned to the pool.
func (s *Store) Close() { s.database.pool.Close() }

// Ping returns nil if the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return classify(s.database.pool.Ping(ctx), "database")
}

// database is what all fields of a Store share: the connection pool and two caches.
type database struct {
	pool  *pgxpool.Pool
	names names
	keys  sync.Map // series ksuid → int32 id; a pair never changes, even when the series is deleted
}

func (d *database) queries() *db.Queries { return db.New(d.pool) }

// inTx runs `do` in a transaction, and commits it when `do` returns nil. Any error rolls back.
func (d *database) inTx(ctx context.Context, do func(*db.Queries) error) error {
	return pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error { return do(db.New(tx)) })
}

// seriesKey returns the integer id of a series, NotFound when the series does not exist.
func (d *database) seriesKey(ctx context.Context, seriesID string) (int32, error) {
	if key, ok := d.keys.Load(seriesID); ok {
		return key.(int32), nil
	}
	key, err := d.queries().SeriesKey(ctx, seriesID)
	if err != nil {
		return 0, classify(err, "series %s", seriesID)
	}
	d.keys.Store(seriesID, key)
	return key, nil
}

// id32 converts an id to Postgres' type integer. An id outside the range of that type, which no row
// has, becomes the nearest end of the range, so that "through math.MaxInt64" keeps its meaning.
func id32(id int64) int32 { return int32(max(math.MinInt32, min(id, math.MaxInt32))) }

func ids32(ids []int64) []int32 {
	short := make([]int32, len(ids))
	for i, id := range ids {
		short[i] = id32(id)
	}
	return short
}

// instant returns t as the database stores it: UTC, whole microseconds.
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

// pageSize returns how many rows a read may return for the requested limit: at most 10,000, which
// is also the default for a limit of 0.
func pageSize(limit int) int32 {
	const most = 10_000
	if limit <= 0 || limit > most {
		return most
	}
	return int32(limit)
}
