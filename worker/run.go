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

// Config is what a worker needs.
type Config struct {
	Client    client.Client // the caller closes it after Run
	Namespace string        // that Client was dialled with; "" is "default"
	Store     *store.Store
	DataDir   string // mirrors are kept in mirrors/<id>.git below it, history indexes in indexes/<id>.idx, notes of what is searched in searching
	Slots     int    // searches at a time; 0: one for each core
	Shards    Shards // of searches and syncs, that it takes; the zero Shards are all
	Logger    *slog.Logger
	Metrics   *telemetry.Metrics // optional
}

// StopTimeout is how long Run may take to return once its context ends. Searches notice at once and write what they have; this
// is for the slowest git process and one more transaction.
const StopTimeout = 30 * time.Second

// Run works until ctx ends, then stops gracefully and returns nil. An error says why it cannot work at all.
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
	// A workflow that sets an attribute which does not exist cannot start, so this comes first.
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
	if err := r.untilDone(ctx, "the report of crashed searches", r.journal.Report); err != nil {
		return endedBy(ctx, err)
	}
	failed := make(chan error, 1)
	r.fatal = func(err error) {
		select {
		case failed <- err:
		default: // the first one is reported
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
	running.Go(func() { r.every(loops, reconcileEvery, "series", r.reconcile) })
	running.Go(func() { r.every(loops, settingsEvery, "settings", r.applySettings) })
	running.Go(func() { r.every(loops, indexEvery, "indexes", r.indexes.Tend) })
	running.Go(func() {
		r.every(loops, pruneEvery, "mirrors", func(ctx context.Context) error { return r.mirrors.Prune(ctx, time.Now()) })
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

// endedBy is nil for an error that is only the end of ctx.
func endedBy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// stop ends all workers at the same time: each waits up to StopTimeout for its activities.
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

// sync is what fetches mirrors.
func (r *runner) sync() *activities.Sync {
	return &activities.Sync{Store: r.Store, Mirrors: r.mirrors, Idle: r.workflows.ShardsWithoutPoller}
}

// main takes workflows, and the activities that only talk to Postgres.
func (r *runner) main() worker.Worker {
	main := worker.New(r.Client, contract.Queue, worker.Options{
		// Workflow tasks are short; more at a time than cores only makes each of them late.
		MaxConcurrentWorkflowTaskExecutionSize: max(4, 2*runtime.NumCPU()),
		// Each holds a connection to Postgres at times; the pool has as many.
		MaxConcurrentActivityExecutionSize: 8,
		MaxConcurrentWorkflowTaskPollers:   4,
		MaxHeartbeatThrottleInterval:       heartbeatThrottle,
		// Searches keep all cores busy, and a workflow task that has to wait for one is no deadlock.
		DeadlockDetectionTimeout: 10 * time.Second,
		WorkerStopTimeout:        StopTimeout,
		OnFatalError:             r.fatal,
	})
	workflows.Register(main)
	main.RegisterActivity(&activities.Plans{Store: r.Store, Mirrors: r.mirrors, Metrics: r.Metrics})
	main.RegisterActivity(&activities.Points{Store: r.Store, Metrics: r.Metrics})
	main.RegisterActivity(&activities.Snapshots{Store: r.Store})
	main.RegisterActivity(&activities.Retention{Store: r.Store})
	main.RegisterActivity(r.sync()) // for List and One, which only read the database
	return main
}

// heartbeatThrottle is the most that a heartbeat is held back. An activity learns that it was cancelled from the answer to
// one, and a pause has to act within seconds.
const heartbeatThrottle = time.Second

// indexEvery is how often the history indexes are looked over: a few small reads for each.
const indexEvery = time.Minute

// pruneEvery is how often the mirrors of this machine are looked over for those of removed repositories: one listing of a folder.
const pruneEvery = time.Hour

// retryEvery is the wait between two tries of something that must work before the worker can start.
const retryEvery = 2 * time.Second

// untilDone tries until do works or ctx ends: Temporal and Postgres may be started after us.
func (r *runner) untilDone(ctx context.Context, what string, do func(context.Context) error) error {
	for {
		err := do(ctx)
		if err == nil || !retryable(err) {
			return err
		}
		r.Logger.Warn("waiting", "for", what, "error", err)
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(retryEvery):
		}
	}
}

// every calls do now and then until ctx ends. Errors are logged once per kind of message, not every round.
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
			r.Logger.Error("worker: "+what, "error", err)
			last = err.Error()
		case err == nil && last != "":
			r.Logger.Info("worker: " + what + " work again")
			last = ""
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
