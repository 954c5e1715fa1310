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
	// idleFor is how long the server waits for the next test process: longer than `go test` compiles between two packages.
	idleFor = 2 * time.Minute
	// keptFor is how long it waits when there is a failed test's database to look into.
	keptFor = time.Hour
	// lookEvery is how often the keeper asks whether anybody is there.
	lookEvery = 500 * time.Millisecond
)

// A test binary that is started with keeperEnv set is the keeper: it never comes to its tests.
func init() {
	dir := os.Getenv(keeperEnv)
	if dir == "" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := keepServer(ctx, dir, idleTimes{idle: idleFor, kept: keptFor})
	stop()
	if err != nil {
		slog.Error("keeper failed", "error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type idleTimes struct{ idle, kept time.Duration }

// keepServer runs the server in dir until nobody has used it for a while, or ctx ends. It leaves no files of the server.
func keepServer(ctx context.Context, dir string, times idleTimes) (err error) {
	postgres, err := startAfresh(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, postgres.Stop(context.WithoutCancel(ctx)), os.RemoveAll(dataDir(dir)))
	}()
	// Written beside and renamed: a reader sees all of it or nothing.
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
		// Until the server has stopped nobody can become a user of it; whoever waits will start another.
		defer unused.Close() //nolint:errcheck // only a lock
	}
	return os.Remove(urlFile(dir))
}

// startAfresh starts the server. What an earlier keeper left when it was killed is used again, without the databases of
// tests that are long over; what cannot be used is thrown away.
func startAfresh(ctx context.Context, dir string) (*devstack.Postgres, error) {
	if err := os.Remove(keptFile(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	options := devstack.Options{DataDir: dataDir(dir), Test: true}
	postgres, err := devstack.StartPostgres(ctx, options)
	if err != nil {
		if _, statErr := os.Stat(dataDir(dir)); errors.Is(statErr, fs.ErrNotExist) {
			return nil, err
		}
		slog.Warn("starting with an empty data directory", "error", err)
		if err := os.RemoveAll(dataDir(dir)); err != nil {
			return nil, err
		}
		if postgres, err = devstack.StartPostgres(ctx, options); err != nil {
			return nil, err
		}
	}
	if err := dropLeftDatabases(ctx, postgres.DatabaseURL(maintenanceDatabase)); err != nil {
		return nil, errors.Join(err, postgres.Stop(context.WithoutCancel(ctx)))
	}
	return postgres, nil
}

func dropLeftDatabases(ctx context.Context, url string) (err error) {
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

// waitUntilUnused returns the users' lock, held alone, when nobody has held it for long enough; nil when ctx ended.
func waitUntilUnused(ctx context.Context, dir string, times idleTimes) (*os.File, error) {
	users, err := os.OpenFile(usersFile(dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	lastUse := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil, users.Close()
		case <-look.C:
		}
		err := syscall.Flock(int(users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK):
			lastUse = time.Now()
			continue
		case err != nil:
			return nil, errors.Join(err, users.Close())
		}
		patience := times.idle
		if _, err := os.Stat(keptFile(dir)); err == nil {
			patience = times.kept
		}
		if time.Since(lastUse) >= patience {
			return users, nil
		}
		if err := syscall.Flock(int(users.Fd()), syscall.LOCK_UN); err != nil {
			return nil, errors.Join(err, users.Close())
		}
	}
}
