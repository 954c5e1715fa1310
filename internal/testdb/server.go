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
	// serverProcessEnv makes a test binary the server process. Its value is the directory of the
	// server.
	serverProcessEnv = "BACKSIGHT_TESTDB_SERVER"
	pollEvery        = 20 * time.Millisecond
)

// A server is the shared Postgres, used by this process.
type server struct {
	dir   string
	url   string // URL of the maintenance database
	users *os.File
}

var shared struct {
	sync.Mutex
	server *server
}

// sharedServer returns the shared Postgres, and starts it if it is not running. After a failure,
// the next call tries again, so each test reports why it cannot run.
func sharedServer(ctx context.Context) (*server, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		dir, err := sharedDir()
		if err != nil {
			return nil, err
		}
		s, err := useServer(ctx, dir)
		if err != nil {
			return nil, err
		}
		shared.server = s
	}
	return shared.server, nil
}

// sharedDir returns the directory of this user's server. Its name ends in the version of the format
// of its files, so checkouts with different formats use different servers.
func sharedDir() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("backsight-testdb-%d-v1", os.Geteuid()))
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		// When root runs the tests, Postgres runs as another account, which must be able to enter
		// the directory whatever the umask is.
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
		return "", fmt.Errorf("test database: %s is not a directory, or belongs to another user (uid %d); set TMPDIR to another directory", dir, owner)
	}
	return dir, nil
}

// useServer takes the shared lock of dir's server, and starts the server if it is not running.
func useServer(ctx context.Context, dir string) (*server, error) {
	users, err := lockFile(ctx, usersFile(dir), syscall.LOCK_SH)
	if err != nil {
		return nil, fmt.Errorf("test database: %w", err)
	}
	s := &server{dir: dir, users: users}
	if err := s.ensureRunning(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("test database: %w", err), users.Close())
	}
	return s, nil
}

func usersFile(dir string) string { return filepath.Join(dir, "users.lock") }
func urlFile(dir string) string   { return filepath.Join(dir, "url") }
func keptFile(dir string) string  { return filepath.Join(dir, "kept") }
func dataDir(dir string) string   { return filepath.Join(dir, "data") }

func (s *server) ensureRunning(ctx context.Context) (err error) {
	// Only one process at a time checks and starts the server.
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
	return s.startProcess(ctx)
}

// connects reads the server's URL and returns nil when it can connect to the server.
func (s *server) connects(ctx context.Context) error {
	url, err := os.ReadFile(urlFile(s.dir))
	if err != nil {
		return err
	}
	s.url = strings.TrimSpace(string(url))
	return s.admin(ctx, func(conn *pgx.Conn) error { return conn.Ping(ctx) })
}

// startProcess starts this binary as the server process, in its own session, and waits until
// Postgres answers.
func (s *server) startProcess(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	logPath := filepath.Join(s.dir, "server.log")
	log, err := os.Create(logPath)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the server process has its own descriptor of the file
	// The server process must outlive ctx, so this does not use exec.CommandContext. It must not
	// inherit this process's output, because `go test` would then wait for it.
	process := exec.Command(self)
	process.Env = append(os.Environ(), serverProcessEnv+"="+s.dir)
	process.Dir = s.dir
	process.Stdout, process.Stderr = log, log
	process.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := process.Start(); err != nil {
		return err
	}
	defer process.Process.Release() //nolint:errcheck // cannot fail on unix
	for {
		if s.connects(ctx) == nil {
			return nil
		}
		var status syscall.WaitStatus
		if pid, err := syscall.Wait4(process.Process.Pid, &status, syscall.WNOHANG, nil); err == nil && pid == process.Process.Pid {
			said, _ := os.ReadFile(logPath) // without the log, the error is only less clear
			return fmt.Errorf("the server process ended with status %d: %s", status.ExitStatus(), said)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the server process, see %s: %w", logPath, context.Cause(ctx))
		case <-time.After(pollEvery):
		}
	}
}

// admin calls `do` with a connection to the maintenance database.
func (s *server) admin(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	return errors.Join(do(conn), conn.Close(context.WithoutCancel(ctx)))
}

// databaseURL returns the URL of a database of this server.
func (s *server) databaseURL(name string) string {
	return strings.Replace(s.url, "/"+maintenanceDatabase+"?", "/"+name+"?", 1)
}

// keep makes the server process run for keptFor, not idleFor, after the last test process has
// ended.
func (s *server) keep() error { return os.WriteFile(keptFile(s.dir), nil, 0o600) }

// lockFile locks a file, and waits for the lock until ctx ends. Closing the file, or the end of the
// process, releases the lock.
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
