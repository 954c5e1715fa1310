package testdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// keeperEnv tells a test binary that it is to be the keeper of the directory in its value.
	keeperEnv = "BACKSIGHT_TESTDB_KEEPER"
	pollEvery = 20 * time.Millisecond
)

// A server is this process's use of the shared Postgres.
type server struct {
	dir   string
	url   string // of the maintenance database
	users *os.File
}

var theOne struct {
	sync.Mutex
	server *server
}

// theServer returns the shared Postgres, and has it started if nobody has. A failure is not remembered: each test says why
// it cannot run.
func theServer(ctx context.Context) (*server, error) {
	theOne.Lock()
	defer theOne.Unlock()
	if theOne.server == nil {
		dir, err := sharedDir()
		if err != nil {
			return nil, err
		}
		s, err := useServer(ctx, dir)
		if err != nil {
			return nil, err
		}
		theOne.server = s
	}
	return theOne.server, nil
}

// sharedDir is the directory of the user's test server. Its name ends in the version of what testdb keeps there, so that
// checkouts with different ideas do not meet.
func sharedDir() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("backsight-testdb-%d-v1", os.Geteuid()))
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		// Root's Postgres runs as another account, which has to pass through; a umask must not be in its way.
		if err := os.Chmod(dir, 0o711); err != nil {
			return "", fmt.Errorf("test database: %w", err)
		}
	case !errors.Is(err, fs.ErrExist):
		return "", fmt.Errorf("test database: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("test database: %w", err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; !info.IsDir() || int(owner) != os.Geteuid() {
		return "", fmt.Errorf("test database: %s belongs to somebody else (uid %d); set TMPDIR to another directory", dir, owner)
	}
	return dir, nil
}

// useServer announces this process as a user of dir's server, and starts a keeper if there is no server.
func useServer(ctx context.Context, dir string) (*server, error) {
	users, err := lockFile(ctx, usersFile(dir), syscall.LOCK_SH)
	if err != nil {
		return nil, fmt.Errorf("test database: %w", err)
	}
	s := &server{dir: dir, users: users}
	if err := s.ensureKeeper(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("test database: %w", err), users.Close())
	}
	return s, nil
}

func usersFile(dir string) string { return filepath.Join(dir, "users.lock") }
func urlFile(dir string) string   { return filepath.Join(dir, "url") }
func keptFile(dir string) string  { return filepath.Join(dir, "kept") }
func dataDir(dir string) string   { return filepath.Join(dir, "data") }

func (s *server) ensureKeeper(ctx context.Context) (err error) {
	// One process at a time looks and, if need be, starts.
	starting, err := lockFile(ctx, filepath.Join(s.dir, "start.lock"), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, starting.Close()) }()
	if s.connects(ctx) == nil {
		return nil
	}
	if err := os.Remove(urlFile(s.dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.startKeeper(ctx)
}

// connects reads the server's URL and tries it.
func (s *server) connects(ctx context.Context) error {
	url, err := os.ReadFile(urlFile(s.dir))
	if err != nil {
		return err
	}
	s.url = strings.TrimSpace(string(url))
	return s.admin(ctx, func(conn *pgx.Conn) error { return conn.Ping(ctx) })
}

// startKeeper starts this binary as the keeper, in a session of its own, and waits until the server answers.
func (s *server) startKeeper(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	logPath := filepath.Join(s.dir, "keeper.log")
	log, err := os.Create(logPath)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the keeper writes through its own descriptor
	// Not a context's command: the keeper is to live on. Its output must not be ours, or `go test` would wait for it.
	keeper := exec.Command(self)
	keeper.Env = append(os.Environ(), keeperEnv+"="+s.dir)
	keeper.Dir = s.dir
	keeper.Stdout, keeper.Stderr = log, log
	keeper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := keeper.Start(); err != nil {
		return err
	}
	defer keeper.Process.Release() //nolint:errcheck // cannot fail on unix
	for {
		if s.connects(ctx) == nil {
			return nil
		}
		var status syscall.WaitStatus
		if pid, err := syscall.Wait4(keeper.Process.Pid, &status, syscall.WNOHANG, nil); err == nil && pid == keeper.Process.Pid {
			said, _ := os.ReadFile(logPath) // without it the error is only less clear
			return fmt.Errorf("the keeper ended (%d): %s", status.ExitStatus(), said)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the keeper, see %s: %w", logPath, context.Cause(ctx))
		case <-time.After(pollEvery):
		}
	}
}

// admin does something on the maintenance database.
func (s *server) admin(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	return errors.Join(do(conn), conn.Close(context.WithoutCancel(ctx)))
}

// databaseURL is the maintenance database's URL with another name.
func (s *server) databaseURL(name string) string {
	return strings.Replace(s.url, "/"+maintenanceDatabase+"?", "/"+name+"?", 1)
}

// keep asks the keeper to stay for longer than usual.
func (s *server) keep() error { return os.WriteFile(keptFile(s.dir), nil, 0o600) }

// lockFile locks a file, waiting until ctx ends. The lock ends with the file, and with the process.
func lockFile(ctx context.Context, path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, context.Cause(ctx)), file.Close())
		case <-time.After(pollEvery):
		}
	}
}
