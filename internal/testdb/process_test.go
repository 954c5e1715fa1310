package testdb

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func testBinary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return self
}

// serverProcessPid returns the id of the process that holds the lock of the server's data
// directory.
func serverProcessPid(t *testing.T, dir string) int {
	t.Helper()
	return readPid(t, filepath.Join(dataDir(dir), "postgres.lock"))
}

func postgresPid(t *testing.T, dir string) int {
	t.Helper()
	return readPid(t, filepath.Join(dataDir(dir), "postgres", "postmaster.pid"))
}

func readPid(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	require.NoError(t, err)
	return pid
}

func killNow(t *testing.T, pid int) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}

// endServerProcess sends SIGTERM to a server process, as a shutdown of the machine would, and waits
// until it has removed its files.
func endServerProcess(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, syscall.Kill(serverProcessPid(t, dir), syscall.SIGTERM))
	waitFor(t, "the server process to remove its files", func() bool { return !exists(dataDir(dir)) })
}

// gone reports whether a process has ended. A zombie has ended.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return true
	}
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	return err == nil && len(line) == 0 // a zombie
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// waitFor polls for a condition that takes a second or two. It gives up after a time that is
// exceeded only because of a defect.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !condition() {
		select {
		case <-ctx.Done():
			require.FailNow(t, "gave up waiting for "+what)
		case <-time.After(pollEvery):
		}
	}
}

func execOn(ctx context.Context, url, statement string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}
