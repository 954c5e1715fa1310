package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// bundle is a server with its own database and fake workflows.
type bundle struct {
	t          *testing.T
	store      *store.Store
	workflows  *fakeWorkflows
	url        string
	log        *syncBuffer
	statements *statementCounter
}

// epoch is the server's current time in these tests.
var epoch = time.Date(2026, 3, 31, 12, 30, 15, 0, time.UTC)

func setup(t *testing.T) *bundle {
	t.Helper()
	config, err := pgxpool.ParseConfig(testdb.NewURL(t))
	require.NoError(t, err)
	b := &bundle{t: t, workflows: &fakeWorkflows{}, log: &syncBuffer{}, statements: &statementCounter{}}
	config.ConnConfig.Tracer = b.statements
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	b.store = store.New(pool)
	t.Cleanup(pool.Close)
	server := httptest.NewServer(New(Config{
		Store: b.store, Workflows: b.workflows, Repositories: fakeProber{}, TemporalUI: "http://127.0.0.1:8233",
		Metrics: prometheus.NewRegistry(), Logger: slog.New(slog.NewTextHandler(b.log, nil)), Now: func() time.Time { return epoch },
	}))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// answer is a GraphQL response.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

// post sends an operation and returns the response, which may hold errors.
func (b *bundle) post(operation string, variables map[string]any) answer {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	require.NoError(b.t, err)
	response, err := http.Post(b.url+"/graphql", "application/json", bytes.NewReader(body))
	require.NoError(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	var a answer
	require.NoError(b.t, json.Unmarshal(text, &a), "%s", text)
	return a
}

// do sends an operation that must succeed and decodes its data.
func (b *bundle) do(result any, operation string, variables map[string]any) {
	b.t.Helper()
	a := b.post(operation, variables)
	require.Empty(b.t, a.Errors)
	require.NoError(b.t, json.Unmarshal(a.Data, result))
}

// refused sends an operation that must fail with one error of the code, and returns its message.
func (b *bundle) refused(code insights.Code, operation string, variables map[string]any) string {
	b.t.Helper()
	a := b.post(operation, variables)
	require.Len(b.t, a.Errors, 1)
	require.Equal(b.t, string(code), a.Errors[0].Extensions["code"], a.Errors[0].Message)
	return a.Errors[0].Message
}

const createMutation = `mutation($input: LineChartSearchInsightInput!) { createLineChartSearchInsight(input: $input) {
	view { id dataSeries { seriesId label } } } }`

type createdView struct {
	ID         string
	DataSeries []struct{ SeriesID, Label string }
}

// create creates a view with one series for each query. Each has six monthly points.
func (b *bundle) create(title string, queries ...string) createdView {
	b.t.Helper()
	var result struct {
		CreateLineChartSearchInsight struct{ View createdView }
	}
	b.do(&result, createMutation, input(title, queries...))
	return result.CreateLineChartSearchInsight.View
}

func input(title string, queries ...string) map[string]any {
	series := []map[string]any{}
	for _, q := range queries {
		series = append(series, map[string]any{"query": q})
	}
	return map[string]any{"input": map[string]any{
		"options": map[string]any{"title": title}, "dataSeries": series,
		"timeScope": map[string]any{"stepInterval": map[string]any{"unit": "MONTH", "value": 1}, "points": 6},
	}}
}

// plan registers repositories and writes a series' backfill, with all samples pending.
func (b *bundle) plan(seriesID string, repositories ...string) (number int) {
	b.t.Helper()
	ctx := b.t.Context()
	for _, name := range repositories {
		_, err := b.store.Repositories.Add(ctx, name, "/srv/"+name, true)
		require.NoError(b.t, err)
	}
	series, err := b.store.Series.Get(ctx, seriesID)
	require.NoError(b.t, err)
	number, err = b.store.Plans.Begin(ctx, store.PlanRequest{SeriesID: seriesID, Kind: "backfill", Times: series.Grid.Frames()})
	require.NoError(b.t, err)
	for done := false; !done; {
		_, done, err = b.store.Plans.WriteSlice(ctx, seriesID, number, store.ScopeFilter{}, 100, true)
		require.NoError(b.t, err)
	}
	return number
}

// settle calls outcome for each pending sample of a plan and writes those that it ends.
func (b *bundle) settle(seriesID string, plan int, outcome func(i int, s *insights.Sample)) {
	b.t.Helper()
	samples, err := b.store.Samples.Pending(b.t.Context(), seriesID, plan, 0, 1<<30)
	require.NoError(b.t, err)
	var ended []insights.Sample
	for i, s := range samples {
		if outcome(i, &s); s.Outcome != insights.Pending {
			ended = append(ended, s)
		}
	}
	require.NoError(b.t, b.store.Samples.Write(b.t.Context(), seriesID, plan, ended))
}

const someCommit = "0123456789abcdef0123456789abcdef01234567"

// counted ends a sample as counted, with its index as the value.
func counted(i int, s *insights.Sample) {
	s.Outcome, s.Commit, s.Value = insights.Counted, fmt.Sprintf("%040x", i+1), float64(i)
}

// fakeWorkflows records calls and returns what the test sets.
type fakeWorkflows struct {
	mu               sync.Mutex
	started, stopped []string
	commands         []contract.Command
	messages         []string // of commands other than pause and resume
	synced           []int64
	fail             error // returned by every call
	lost             bool  // commands are refused until a workflow is started
	served           int   // number of search shards that are polled; 0 means all
	status           contract.Status
}

func (f *fakeWorkflows) StartSeries(_ context.Context, s insights.Series, title string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started = append(f.started, s.ID+" "+title)
	f.lost = false
	return f.fail
}

func (f *fakeWorkflows) StopSeries(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = append(f.stopped, id)
	return f.fail
}

func (f *fakeWorkflows) Send(_ context.Context, _, message string, c contract.Command) (contract.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commands = append(f.commands, c)
	switch message {
	case contract.Pause:
		f.status = contract.Status{State: contract.Paused, Paused: &contract.PausedBy{By: c.By, Reason: c.Reason, At: epoch}}
		return f.status, f.fail
	case contract.Resume:
		f.status = contract.Status{State: contract.Running}
		return f.status, f.fail
	}
	f.messages = append(f.messages, message)
	if f.lost {
		return contract.Status{}, insights.Errorf(insights.NotFound, "no workflow runs")
	}
	f.status = contract.Status{State: contract.Running, Kind: insights.PlanKind(message), Waiting: len(f.messages)}
	if message == contract.Front || message == contract.Back {
		f.status.QueuePosition = contract.QueuePosition(message)
	}
	return f.status, f.fail
}

func (f *fakeWorkflows) Status(context.Context, string) (contract.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status, f.fail
}

func (f *fakeWorkflows) Sync(_ context.Context, id int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.synced = append(f.synced, id)
	return f.fail
}

func (f *fakeWorkflows) ShardsWithoutPoller(_ context.Context, shards int) (idle []int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for shard := f.served; shard < shards && f.served > 0; shard++ {
		idle = append(idle, shard)
	}
	return idle, f.fail
}

func (f *fakeWorkflows) WorkerPolling(context.Context) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fail == nil, f.fail
}

// set changes the fake while the server uses it.
func (f *fakeWorkflows) set(change func(*fakeWorkflows)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// fakeProber accepts every path below /srv, and every https and file URL.
type fakeProber struct{}

func (fakeProber) CheckPath(_ context.Context, path string) (string, error) {
	if len(path) < 5 || path[:5] != "/srv/" {
		return "", insights.Errorf(insights.NotFound, "repository %s: not a git repository", path)
	}
	return path, nil
}

func (fakeProber) CheckURL(url string) error {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "file://") {
		return insights.Errorf(insights.Invalid, "clone URL %q: has a form that is not supported", url)
	}
	return nil
}

// statementCounter counts the SQL statements and the rows that they return.
type statementCounter struct{ n, rows atomic.Int64 }

func (c *statementCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.n.Add(1)
	return ctx
}

func (c *statementCounter) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	c.rows.Add(data.CommandTag.RowsAffected())
}

// syncBuffer is a buffer for the server's log. Safe for concurrent use.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
