package store_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/store"
)

// anchor is the newest sample time of the series in these tests.
var anchor = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

// bundle is a Store with a database of its own. Tests read through pool what the Store does not
// return.
type bundle struct {
	*store.Store
	ctx        context.Context
	pool       *pgxpool.Pool
	statements *recorder
}

// setup fails the test if the Store runs a statement that has no name.
func setup(t *testing.T) bundle {
	t.Helper()
	url := testdb.NewURL(t)
	statements := &recorder{}
	config, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	config.ConnConfig.Tracer = statements
	traced, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(traced.Close)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	t.Cleanup(func() {
		for _, sql := range statements.take() {
			require.True(t, strings.HasPrefix(sql, "-- name: "), "statement without a name: %s", sql)
		}
	})
	return bundle{Store: store.New(traced), ctx: t.Context(), pool: pool, statements: statements}
}

// recorder records the statements that a pool runs, except those that begin and end transactions.
type recorder struct {
	mu   sync.Mutex
	sql  []string
	rows int64 // rows that Postgres returned
}

func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !strings.HasPrefix(data.SQL, "begin") && data.SQL != "commit" && data.SQL != "rollback" {
		r.sql = append(r.sql, data.SQL)
	}
	return ctx
}

func (r *recorder) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows += data.CommandTag.RowsAffected()
}

// take returns the statements since the last call.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	sql := r.sql
	r.sql, r.rows = nil, 0
	return sql
}

func (b bundle) repository(t require.TestingT, name string) store.Repository {
	r, err := b.Repositories.Add(b.ctx, name, "/repositories/"+name, true)
	require.NoError(t, err)
	return r
}

func (b bundle) repositories(t require.TestingT, prefix string, n int) []store.Repository {
	list := make([]store.Repository, n)
	for i := range list {
		list[i] = b.repository(t, fmt.Sprintf("%s/%04d", prefix, i))
	}
	return list
}

// series stores a chart with one daily series. Different names give different series.
func (b bundle) series(t require.TestingT, name string, method insights.GenerationMethod) insights.Series {
	view, err := b.Views.Create(b.ctx, insights.View{Title: name, Series: []insights.ViewSeries{viewSeries(name, method)}})
	require.NoError(t, err)
	return view.Series[0].Series
}

func viewSeries(name string, method insights.GenerationMethod) insights.ViewSeries {
	return insights.ViewSeries{Label: name, Stroke: "teal", Series: insights.Series{
		Query: name, Method: method,
		Grid: insights.NewGrid(anchor, insights.Interval{Unit: insights.Day, Value: 1}, 5),
	}}
}

// index replaces a repository's commit index. days are the dates of the commits from root to tip,
// in days after the anchor. indexedAt is when the repository was last read.
func (b bundle) index(t require.TestingT, repository store.Repository, indexedAt time.Time, days ...int) []store.IndexedCommit {
	commits := make([]store.IndexedCommit, len(days))
	for i, day := range days {
		commits[i] = store.IndexedCommit{Commit: oid(repository.Name, i), Time: anchor.AddDate(0, 0, day)}
	}
	require.NoError(t, b.Commits.Replace(b.ctx, repository.ID, 0, commits, indexedAt))
	return commits
}

// plan begins a plan and writes it completely.
func (b bundle) plan(t require.TestingT, series insights.Series, kind insights.PlanKind, times ...time.Time) int {
	plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: kind, Times: times})
	require.NoError(t, err)
	for done := false; !done; {
		_, done, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, 100, true)
		require.NoError(t, err)
	}
	return plan
}

// writeAlone plans the given samples and no others, and writes them.
func (b bundle) writeAlone(t require.TestingT, series insights.Series, samples []insights.Sample) {
	names := map[time.Time][]string{}
	for _, s := range samples {
		repository, err := b.Repositories.Get(b.ctx, s.RepositoryID)
		require.NoError(t, err)
		names[s.Time] = append(names[s.Time], repository.Name)
	}
	plan := 0
	for at, in := range names {
		var err error
		plan, err = b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{at}})
		require.NoError(t, err)
		_, done, err := b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{Names: in}, 100, true)
		require.NoError(t, err)
		require.True(t, done)
	}
	require.NoError(t, b.Samples.Write(b.ctx, series.ID, plan+1, samples))
}

func (b bundle) ledger(t require.TestingT, series insights.Series) []store.LedgerSample {
	list, err := b.Samples.List(b.ctx, store.SampleFilter{SeriesID: series.ID})
	require.NoError(t, err)
	return list
}

// pointRow is a row of series_points.
type pointRow struct {
	Repo    int64
	Time    time.Time
	Capture *string
	Value   float64
	Name    string
}

func (b bundle) pointRows(t require.TestingT, series insights.Series) []pointRow {
	rows, err := b.pool.Query(b.ctx, `
		SELECT p.repo_id, p.time, p.capture, p.value, n.name
		FROM series_points p JOIN repo_names n ON n.id = p.repo_name_id AND n.id = p.original_repo_name_id
		WHERE p.series_id = $1 ORDER BY p.repo_id, p.time, p.capture`, series.ID)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pointRow])
	require.NoError(t, err)
	for i := range list {
		list[i].Time = list[i].Time.UTC()
	}
	return list
}

// oid returns a commit id. No repository need have that commit.
func oid(parts ...any) string {
	sum := sha1.Sum([]byte(fmt.Sprint(parts...)))
	return hex.EncodeToString(sum[:])
}

func day(n int) time.Time { return anchor.AddDate(0, 0, n) }

func requireCode(t require.TestingT, code insights.Code, err error, contains string) {
	require.ErrorContains(t, err, contains)
	require.Equal(t, code, insights.ErrorCode(err), "of error %v", err)
}
