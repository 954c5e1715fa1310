package testdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/internal/devstack"
)

const (
	maintenanceDatabase = "postgres"
	// idleFor is how long the server process waits for the next test process. `go test` takes less
	// time to compile the next package.
	idleFor = 2 * time.Minute
	// keptFor is how long the server process waits when the database of a failed test was kept.
	keptFor = time.Hour
	// checkEvery is how often the server process checks whether a test process holds the lock.
	checkEvery = 500 * time.Millisecond
)

// A test binary that is started with serverProcessEnv runs the server process and no tests.
func init() {
	dir := os.Getenv(serverProcessEnv)
	if dir == "" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := runServer(ctx, dir, idleTimes{idle: idleFor, kept: keptFor})
	stop()
	if err != nil {
		slog.Error("the Postgres for tests failed", "error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type idleTimes struct{ idle, kept time.Duration }

// runServer runs Postgres in dir until no test process has used it for a while, or ctx ends. Then
// it removes the server's files.
func runServer(ctx context.Context, dir string, times idleTimes) (err error) {
	postgres, err := startPostgres(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, postgres.Stop(context.WithoutCancel(ctx)), os.RemoveAll(dataDir(dir)))
	}()
	// Write and rename, so a reader finds the whole file or none.
	url := postgres.DatabaseURL(maintenanceDatabase)
	if err := os.WriteFile(urlFile(dir)+".new", []byte(url+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.Rename(urlFile(dir)+".new", urlFile(dir)); err != nil {
		return err
	}
	unused, err := waitUntilUnused(ctx, dir, times)
	if err != nil {
		return err
	}
	if unused != nil {
		// Until Postgres has stopped, no test process gets the lock. A test process that waits for
		// the lock then starts another Postgres.
		defer unused.Close() //nolint:errcheck // only a lock
	}
	return os.Remove(urlFile(dir))
}

// startPostgres starts Postgres. If an earlier server process was killed, its files still exist.
// startPostgres then reuses them and drops the test databases that they contain. If the files are
// unusable, it removes them.
func startPostgres(ctx context.Context, dir string) (*devstack.Postgres, error) {
	if err := os.Remove(keptFile(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	options := devstack.Options{DataDir: dataDir(dir), Test: true}
	postgres, err := devstack.StartPostgres(ctx, options)
	if err != nil {
		if _, statErr := os.Stat(dataDir(dir)); errors.Is(statErr, fs.ErrNotExist) {
			return nil, err
		}
		slog.Warn("the files of an earlier Postgres for tests are unusable; starting with an empty data directory", "error", err)
		if err := os.RemoveAll(dataDir(dir)); err != nil {
			return nil, err
		}
		if postgres, err = devstack.StartPostgres(ctx, options); err != nil {
			return nil, err
		}
	}
	if err := dropTestDatabases(ctx, postgres.DatabaseURL(maintenanceDatabase)); err != nil {
		return nil, errors.Join(err, postgres.Stop(context.WithoutCancel(ctx)))
	}
	return postgres, nil
}

func dropTestDatabases(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, databasePrefix) {
			continue
		}
		if _, err := conn.Exec(ctx, `DROP DATABASE `+quote(name)+` WITH (FORCE)`); err != nil {
			return fmt.Errorf("drop %s: %w", name, err)
		}
	}
	return nil
}

// waitUntilUnused waits until no test process has held the lock for the idle time: `times.idle` or,
// after a failed test, `times.kept`. It returns the lock file with an exclusive lock on it, or nil
// when ctx has ended.
func waitUntilUnused(ctx context.Context, dir string, times idleTimes) (*os.File, error) {
	users, err := os.OpenFile(usersFile(dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	lastUse := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil, users.Close()
		case <-check.C:
		}
		err := syscall.Flock(int(users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK):
			lastUse = time.Now()
			continue
		case err != nil:
			return nil, errors.Join(err, users.Close())
		}
		timeout := times.idle
		if _, err := os.Stat(keptFile(dir)); err == nil {
			timeout = times.kept
		}
		if time.Since(lastUse) >= timeout {
			return users, nil
		}
		if err := syscall.Flock(int(users.Fd()), syscall.LOCK_UN); err != nil {
			return nil, errors.Join(err, users.Close())
		}
	}
}
