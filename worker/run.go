package worker

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
	"github.com/backsight/backsight/workflows"
	"github.com/backsight/backsight/workflows/contract"
)

// Config configures a worker.
type Config struct {
	Client    client.Client // the caller must close it after Run
	Namespace string        // of Client; "" means "default"
	Store     *store.Store
	// DataDir holds mirrors in mirrors/<id>.git, history indexes in indexes/<id>.idx, and the crash
	// journal in searching.
	DataDir string
	Slots   int    // concurrent searches; 0 means one per core
	Shards  Shards // run searches and syncs of these shards; the zero value means all
	Logger  *slog.Logger
	Metrics *telemetry.Metrics // optional
}

// StopTimeout bounds the time that Run takes to return after its context ends. Searches stop
// immediately and write their results; the rest of the time is for the slowest git process and one
// more transaction.
const StopTimeout = 30 * time.Second

// Run runs a worker until ctx ends, then stops gracefully and returns nil. It returns an error if
// the worker cannot start or cannot go on.
func Run(ctx context.Context, c Config) (err error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Slots == 0 {
		c.Slots = runtime.NumCPU()
	}
	r := &runner{Config: c, workflows: contract.NewClient(c.Client, c.Namespace), limits: activities.NewLimits(), serving: map[string]worker.Worker{}}
	r.limits.Metrics = c.Metrics
	r.mirrors = &activities.Mirrors{Store: c.Store, Dir: filepath.Join(c.DataDir, "mirrors"), Metrics: c.Metrics}
	r.indexes = &activities.Indexes{
		Store: c.Store, Mirrors: r.mirrors, Limits: r.limits, Dir: filepath.Join(c.DataDir, "indexes"), Logger: c.Logger, Metrics: c.Metrics,
	}
	r.journal = &activities.CrashJournal{Store: c.Store, Dir: filepath.Join(c.DataDir, "searching"), Logger: c.Logger}
	// A workflow cannot start if it sets a search attribute that does not exist, so this comes
	// first.
	if err := r.untilDone(ctx, "search attributes", r.workflows.EnsureSearchAttributes); err != nil {
		return endedBy(ctx, err)
	}
	if err := r.untilDone(ctx, "settings", r.applySettings); err != nil {
		return endedBy(ctx, err)
	}
	if err := r.journal.Open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.journal.Close()) }()
	if err := r.untilDone(ctx, "report of crashed searches", r.journal.Report); err != nil {
		return endedBy(ctx, err)
	}
	failed := make(chan error, 1)
	r.fatal = func(err error) {
		select {
		case failed <- err:
		default: // only the first error is reported
		}
	}
	main := r.main()
	if err := main.Start(); err != nil {
		return endedBy(ctx, err)
	}
	if err := r.serveShards(r.applied.shards); err != nil {
		stop(append(r.stopShards(), main))
		return endedBy(ctx, err)
	}
	c.Logger.Info("worker started", "slots", c.Slots)
	loops, stopLoops := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { r.every(loops, reconcileEvery, "start and stop of series", r.reconcile) })
	running.Go(func() { r.every(loops, settingsEvery, "reading of settings", r.applySettings) })
	running.Go(func() { r.every(loops, indexEvery, "update of history indexes", r.indexes.Update) })
	running.Go(func() {
		r.every(loops, pruneEvery, "pruning of mirrors", func(ctx context.Context) error { return r.mirrors.Prune(ctx, time.Now()) })
	})
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stopLoops()
	running.Wait()
	stop(append(r.stopShards(), main))
	c.Logger.Info("worker stopped")
	return err
}

// endedBy returns nil if ctx has ended, because the end of ctx then caused err. Otherwise it
// returns err.
func endedBy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// stop stops all workers concurrently. Each waits up to StopTimeout for its activities.
func stop(workers []worker.Worker) {
	var stopping sync.WaitGroup
	for _, w := range workers {
		stopping.Go(w.Stop)
	}
	stopping.Wait()
}

// runner is a running worker.
type runner struct {
	Config
	workflows *contract.Client
	limits    *activities.Limits
	mirrors   *activities.Mirrors
	indexes   *activities.Indexes
	journal   *activities.CrashJournal
	applied   settings
	fatal     func(error) // ends the worker with an error

	shardsMu sync.Mutex
	serving  map[string]worker.Worker // by queue
	stopping bool
}

// sync returns the activities that sync repositories.
func (r *runner) sync() *activities.Sync {
	return &activities.Sync{Store: r.Store, Mirrors: r.mirrors, Idle: r.workflows.ShardsWithoutPoller}
}

// main returns the worker of the main queue; see contract.Queue.
func (r *runner) main() worker.Worker {
	main := worker.New(r.Client, contract.Queue, worker.Options{
		// Workflow tasks are short and need a core. Many more of them than there are cores would
		// only delay each.
		MaxConcurrentWorkflowTaskExecutionSize: max(4, 2*runtime.NumCPU()),
		// Each activity may hold a connection to Postgres. By default the pool has twice as many,
		// which leaves half of it to searches, syncs and the API.
		MaxConcurrentActivityExecutionSize: 8,
		MaxConcurrentWorkflowTaskPollers:   4,
		MaxHeartbeatThrottleInterval:       heartbeatThrottle,
		// Searches may use all cores. A workflow task that waits for a core is not a deadlock.
		DeadlockDetectionTimeout: 10 * time.Second,
		WorkerStopTimeout:        StopTimeout,
		OnFatalError:             r.fatal,
		Interceptors:             workflows.Interceptors(),
	})
	workflows.Register(main)
	main.RegisterActivity(&activities.Plans{Store: r.Store, Mirrors: r.mirrors, Metrics: r.Metrics})
	main.RegisterActivity(&activities.Points{Store: r.Store, Metrics: r.Metrics})
	main.RegisterActivity(&activities.Snapshots{Store: r.Store})
	main.RegisterActivity(&activities.Retention{Store: r.Store})
	main.RegisterActivity(r.sync()) // for List and One
	return main
}

// heartbeatThrottle is the longest time that the SDK holds a heartbeat back. The answer to a
// heartbeat tells an activity that it was cancelled, and a pause must take effect within seconds.
const heartbeatThrottle = time.Second

// indexEvery is how often the history indexes are updated. An update without changes costs a few
// small reads for each index.
const indexEvery = time.Minute

// pruneEvery is how often mirrors of removed repositories are pruned on this machine. If there is
// nothing to prune, that costs one listing of a folder and two SQL statements.
const pruneEvery = time.Hour

// retryEvery is the wait between two attempts of a step that must succeed before the worker can
// start.
const retryEvery = 2 * time.Second

// untilDone calls the function do until it succeeds or fails with an error that is not retryable,
// or until ctx ends. Temporal and Postgres may start after the worker.
func (r *runner) untilDone(ctx context.Context, what string, do func(context.Context) error) error {
	for {
		err := do(ctx)
		if err == nil || !retryable(err) {
			return err
		}
		r.Logger.Warn("worker cannot start yet", "step", what, "error", err)
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(retryEvery):
		}
	}
}

// every calls the function do at the interval until ctx ends. It logs an error only if its text
// differs from the previous one.
func (r *runner) every(ctx context.Context, interval time.Duration, what string, do func(context.Context) error) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	last := ""
	for {
		err := do(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && err.Error() != last:
			r.Logger.Error("worker: "+what+" failed", "error", err)
			last = err.Error()
		case err == nil && last != "":
			r.Logger.Info("worker: " + what + " succeeded again")
			last = ""
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
