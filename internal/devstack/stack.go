package devstack

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// Options say where a stack lives and what it is made of. The zero value is what `backsight up` means without flags.
type Options struct {
	// DataDir holds everything that survives a restart. Empty means DefaultDataDir, or, with Test, a new directory
	// that Stop removes.
	DataDir string

	// PostgresBin and TemporalBin name the binaries: a folder with postgres and initdb in it, and the temporal command.
	// Empty means the environment (BACKSIGHT_POSTGRES_BIN, BACKSIGHT_TEMPORAL_BIN), then the usual places.
	PostgresBin string
	TemporalBin string

	// TemporalPort and TemporalUIPort are taken as orders: if such a port is in use, Start fails and says by whom. 0 means
	// the port of the last start on this data directory, else Temporal's own default, else any free one.
	TemporalPort   int
	TemporalUIPort int

	// Test trades safety for speed: Postgres without fsync; Temporal in memory, without a UI, on a random port.
	Test bool

	// Logger hears of starts, deaths and restarts. Nil means slog.Default().
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

// A Stack is a running Postgres and a running Temporal server. Its methods are safe for concurrent use.
type Stack struct {
	postgres *Postgres
	temporal *Temporal
	lock     *dirLock
	options  Options
}

// Start starts both servers and returns when both answer: about a second on a used data directory, two or three on a new
// one. ctx bounds the start alone; a started stack lives until Stop.
//
// Errors are *insights.Error and say what to do. Invalid: the options, the data directory or its contents cannot be used.
// Conflict: another process has the data directory or a port that was asked for. Unavailable: a binary is missing or a
// server did not start; the message ends with what the server said. After an error nothing is left running.
func Start(ctx context.Context, options Options) (*Stack, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := prepareDataDir(options.DataDir); err != nil {
		return nil, err
	}
	lock, err := lockDataDir(options.DataDir, "stack")
	if err != nil {
		return nil, err
	}
	s := &Stack{lock: lock, options: options}
	options.removeDataDir = false // Stop does, once both have ended

	var group errgroup.Group
	group.Go(func() (err error) {
		s.postgres, err = StartPostgres(ctx, options)
		return err
	})
	group.Go(func() (err error) {
		s.temporal, err = StartTemporal(ctx, options)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// PostgresURL is a connection URL of the product's database, which exists.
func (s *Stack) PostgresURL() string { return s.postgres.URL() }

// TemporalAddress is host:port of Temporal's gRPC frontend.
func (s *Stack) TemporalAddress() string { return s.temporal.Address() }

// TemporalUI is the URL of Temporal's web interface, "" with Options.Test.
func (s *Stack) TemporalUI() string { return s.temporal.UI() }

// Pids returns the process id of each server ("postgres", "temporal"); 0 while one is being started again. It is there
// for tests that kill.
func (s *Stack) Pids() map[string]int {
	return map[string]int{"postgres": s.postgres.Pid(), "temporal": s.temporal.Pid()}
}

// Stop stops Temporal, then Postgres, and returns when both have ended. When ctx ends first they are killed, which loses
// nothing that was committed. A second call does nothing.
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
