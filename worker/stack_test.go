package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/devstack/devstacktest"
	"github.com/backsight/backsight/internal/testdb"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/worker"
	"github.com/backsight/backsight/workflows/contract"
)

// patience bounds the wait of a test for an event. It is far longer than the event takes, because
// the machine may be busy.
const patience = 90 * time.Second

// testStack is a database and a Temporal namespace for one test, with methods that run workers.
type testStack struct {
	t         *testing.T
	pool      *pgxpool.Pool
	store     *store.Store
	worker    *store.Store // the store of workers; a test may set another
	client    client.Client
	namespace string
	workflows *contract.Client
	dataDir   string

	limitChanges atomic.Int64
	refuseLimits atomic.Bool
}

var namespaces atomic.Int64

func newStack(t *testing.T) *testStack {
	t.Helper()
	pool := testdb.New(t)
	address := devstacktest.StartTemporal(t)
	namespace := fmt.Sprintf("worker-test-%d", namespaces.Add(1))
	logger := log.NewStructuredLogger(slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn})))

	admin, err := client.NewNamespaceClient(client.Options{HostPort: address, Logger: logger})
	require.NoError(t, err)
	defer admin.Close()
	require.NoError(t, admin.Register(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}))
	s := &testStack{t: t, pool: pool, store: store.New(pool), worker: store.New(pool), namespace: namespace, dataDir: t.TempDir()}
	s.client, err = client.Dial(client.Options{
		HostPort: address, Namespace: namespace, Logger: logger,
		ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(s.interceptLimits)}},
	})
	require.NoError(t, err)
	t.Cleanup(s.client.Close)
	s.workflows = contract.NewClient(s.client, namespace)
	return s
}

// interceptLimits counts the changes of limits of queues, and refuses them while refuseLimits is
// set.
func (s *testStack) interceptLimits(ctx context.Context, method string, in, out any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	if strings.HasSuffix(method, "/UpdateTaskQueueConfig") {
		s.limitChanges.Add(1)
		if s.refuseLimits.Load() {
			return serviceerror.NewUnavailable("the server refuses every change of a queue")
		}
	}
	return invoke(ctx, method, in, out, conn, options...)
}

// work runs a worker until the test ends or `stop` is called. The function stop waits for the end
// of the worker.
func (s *testStack) work() (stop func()) { return s.workOn(s.dataDir, "") }

// workOn runs a worker like work, for some shards and with the data directory `dir`.
func (s *testStack) workOn(dir, shards string) (stop func()) {
	s.t.Helper()
	served, err := worker.ParseShards(shards)
	require.NoError(s.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- worker.Run(ctx, worker.Config{
			Client: s.client, Namespace: s.namespace, Store: s.worker, DataDir: dir, Slots: 2, Shards: served,
			Logger: slog.New(slog.NewTextHandler(testWriter{s.t}, &slog.HandlerOptions{Level: slog.LevelWarn})),
		})
	}()
	var stopped atomic.Bool
	stop = func() {
		if stopped.Swap(true) {
			return
		}
		cancel()
		require.NoError(s.t, <-ended)
	}
	s.t.Cleanup(stop)
	return stop
}

func (s *testStack) set(key, value string) {
	s.t.Helper()
	require.NoError(s.t, s.store.Settings.Set(s.t.Context(), key, value))
}

// addRepository registers a local repository.
func (s *testStack) addRepository(name string, r *testgit.Repo) store.Repository {
	s.t.Helper()
	repository, err := s.store.Repositories.Add(s.t.Context(), name, r.Dir, true)
	require.NoError(s.t, err)
	return repository
}

// create stores an insight with one series; the worker's reconciler starts it.
func (s *testStack) create(series insights.Series) insights.Series {
	s.t.Helper()
	if series.Method == "" {
		series.Method = insights.Search
	}
	view, err := s.store.Views.Create(s.t.Context(), insights.View{
		Title:  s.t.Name(),
		Series: []insights.ViewSeries{{Label: "series", Series: series}},
	})
	require.NoError(s.t, err)
	return view.Series[0].Series
}

// eventually polls until `is` returns true. Each poll also checks the tallies of the workflow and
// of the ledger.
func (s *testStack) eventually(series insights.Series, what string, is func() bool) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for !is() {
		s.checkTallies(series)
		if time.Now().After(deadline) {
			status, err := s.workflows.Status(s.t.Context(), series.ID)
			s.t.Fatalf("%s did not happen; status %+v, error %v", what, status, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.checkTallies(series)
}

// checkTallies asserts that the parts of a tally sum to Planned, in the workflow and in the ledger.
// This holds at any time.
func (s *testStack) checkTallies(series insights.Series) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	ledger, err := s.store.Samples.Completeness(ctx, series.ID)
	require.NoError(s.t, err)
	require.NoError(s.t, ledger.Check())
	tally, err := s.workflows.Completeness(ctx, series.ID)
	if insights.ErrorCode(err) == insights.NotFound || insights.ErrorCode(err) == insights.Unavailable {
		return // not started, or no worker
	}
	require.NoError(s.t, err)
	require.NoError(s.t, tally.Check())
}

func (s *testStack) status(series insights.Series) contract.Status {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	status, err := s.workflows.Status(ctx, series.ID)
	if code := insights.ErrorCode(err); code == insights.NotFound || code == insights.Unavailable {
		return contract.Status{} // not started, or no worker yet: the caller polls again
	}
	require.NoError(s.t, err)
	return status
}

// asleep waits until the series has nothing left to do, and asserts that the tallies of workflow
// and ledger are equal.
func (s *testStack) asleep(series insights.Series) contract.Status {
	s.t.Helper()
	var status contract.Status
	s.eventually(series, "a sleeping series", func() bool {
		status = s.status(series)
		return status.State == contract.Sleeping
	})
	s.agree(series, status)
	return status
}

// agree asserts that the workflow's tally equals that of the ledger. Nothing may be writing
// samples.
func (s *testStack) agree(series insights.Series, status contract.Status) {
	s.t.Helper()
	ledger, err := s.store.Samples.Completeness(s.t.Context(), series.ID)
	require.NoError(s.t, err)
	require.Equal(s.t, ledger, status.Completeness)
}

// ledger returns the samples of a series by repository and time, without the fields that differ
// between two runs.
func (s *testStack) ledger(series insights.Series) []insights.Sample {
	s.t.Helper()
	samples, err := s.store.Samples.List(s.t.Context(), store.SampleFilter{SeriesID: series.ID})
	require.NoError(s.t, err)
	list := make([]insights.Sample, len(samples))
	for i, sample := range samples {
		list[i] = sample.Sample
		list[i].SeriesID, list[i].Duration, list[i].Attempts = "", 0, 0
	}
	return list
}

func (s *testStack) points(series insights.Series) []store.Point {
	s.t.Helper()
	points, err := s.store.Charts.Points(s.t.Context(), []string{series.ID}, store.PointFilter{})
	require.NoError(s.t, err)
	return points[series.ID]
}

// historyRepository is a repository with one commit in the middle of each of the last months before
// anchor. The commit that is k months back has the query's word words[k] times. A negative number
// leaves the month without a commit.
func historyRepository(t *testing.T, anchor time.Time, words ...int) *testgit.Repo {
	t.Helper()
	r := testgit.New(t)
	for k := len(words) - 1; k >= 0; k-- {
		if words[k] < 0 {
			continue
		}
		when := anchor.AddDate(0, -k, -10)
		r.Commit(t, when, map[string]string{
			"main.go":   strings.Repeat("// TODO: more\n", words[k]),
			"other.txt": fmt.Sprintf("commit %d", k),
		})
	}
	return r
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	if w.t.Context().Err() == nil { // a finished test must not log
		w.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}
