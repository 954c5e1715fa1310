package devstack

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// Options configure a stack. The zero value gives the data folder, programs and ports that
// `backsight up` uses without flags.
type Options struct {
	// DataDir is the folder for all data that must survive a restart. "" means DefaultDataDir or,
	// with Test, a new folder that Stop removes.
	DataDir string

	// PostgresBin is a folder that contains postgres and initdb; TemporalBin is the temporal
	// command. "" means the environment variable (BACKSIGHT_POSTGRES_BIN, BACKSIGHT_TEMPORAL_BIN),
	// or else the usual places.
	PostgresBin string
	TemporalBin string

	// TemporalUIPort is the port of Temporal's web interface. If it is in use, Start fails and, if
	// possible, names the process that uses it. 0 means the port of the last start on this data
	// directory, else Temporal's default port, else any free port. The gRPC port is always chosen
	// in this order.
	TemporalUIPort int

	// Test makes the servers faster and less safe: Postgres runs without fsync; Temporal keeps its
	// data in memory, has no web interface, and uses a random port.
	Test bool

	// Logger logs when servers start and end. Nil means slog.Default().
	Logger *slog.Logger

	removeDataDir bool
}

func (o Options) withDefaults() (Options, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.PostgresBin == "" {
		o.PostgresBin = os.Getenv("BACKSIGHT_POSTGRES_BIN")
	}
	if o.TemporalBin == "" {
		o.TemporalBin = os.Getenv("BACKSIGHT_TEMPORAL_BIN")
	}
	switch {
	case o.DataDir != "":
	case o.Test:
		dir, err := makeTempDataDir()
		if err != nil {
			return o, err
		}
		o.DataDir, o.removeDataDir = dir, true
	default:
		o.DataDir = DefaultDataDir()
	}
	abs, err := filepath.Abs(o.DataDir)
	if err != nil {
		return o, err
	}
	o.DataDir = abs
	return o, nil
}

// prepared fills in the defaults and prepares the data directory.
func (o Options) prepared() (Options, error) {
	o, err := o.withDefaults()
	if err != nil {
		return o, err
	}
	return o, prepareDataDir(o.DataDir)
}

// A Stack is a running Postgres and a running Temporal server. Its methods are safe for concurrent
// use.
type Stack struct {
	postgres *Postgres
	temporal *Temporal
	lock     *dirLock
	options  Options
}

// Start starts both servers and returns when both answer. This takes about a second on a used data
// directory, and two or three on a new one. ctx limits only the start: a started stack runs until
// Stop.
//
// Errors wrap an *insights.Error and say what to do. Invalid: the options or the data directory
// cannot be used. Conflict: another process uses the data directory or a requested port.
// Unavailable: a program is missing, or a server did not start; in the second case the message ends
// with an excerpt of the server's output. After an error no server is running.
func Start(ctx context.Context, options Options) (*Stack, error) {
	options, err := options.prepared()
	if err != nil {
		return nil, err
	}
	lock, err := lockDataDir(options.DataDir, "stack")
	if err != nil {
		return nil, err
	}
	s := &Stack{lock: lock, options: options}
	options.removeDataDir = false // Stack.Stop removes it, after both servers have ended

	var group errgroup.Group
	group.Go(func() (err error) {
		s.postgres, err = startPostgres(ctx, options)
		return err
	})
	group.Go(func() (err error) {
		s.temporal, err = startTemporal(ctx, options)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// PostgresURL returns a connection URL of the product's database. The database exists.
func (s *Stack) PostgresURL() string { return s.postgres.URL() }

// TemporalAddress returns host:port of Temporal's gRPC frontend.
func (s *Stack) TemporalAddress() string { return s.temporal.Address() }

// TemporalUI returns the URL of Temporal's web interface, or "" with Options.Test.
func (s *Stack) TemporalUI() string { return s.temporal.UI() }

// Pids returns the process id of each server ("postgres", "temporal"). An id is 0 while its server
// is being restarted. Tests that kill servers use it.
func (s *Stack) Pids() map[string]int {
	return map[string]int{"postgres": s.postgres.Pid(), "temporal": s.temporal.Pid()}
}

// Stop stops Temporal, then Postgres, and returns when both have ended. If ctx ends first, it kills
// them, which loses no committed data. It is idempotent.
func (s *Stack) Stop(ctx context.Context) error {
	var errs []error
	if s.temporal != nil {
		errs = append(errs, s.temporal.Stop(ctx))
	}
	if s.postgres != nil {
		errs = append(errs, s.postgres.Stop(ctx))
	}
	errs = append(errs, s.lock.release())
	if s.options.removeDataDir {
		errs = append(errs, os.RemoveAll(s.options.DataDir))
	}
	return errors.Join(errs...)
}
