package devstack

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// writePid writes the server's process id to a file, so that a later start can find the server with
// stopOrphan.
func (t *Temporal) writePid(pid int) error {
	return os.WriteFile(t.pidFile(), fmt.Appendf(nil, "%d\n", pid), 0o600)
}

// stopOrphan stops a server that still runs although the process that started it was killed.
// Callers must hold the lock of the data directory, so that no other stack uses the server.
func (t *Temporal) stopOrphan(ctx context.Context) error {
	text, err := os.ReadFile(t.pidFile())
	if err != nil {
		return nil //nolint:nilerr // without the file there is no server
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return nil //nolint:nilerr // a damaged file counts as absent
	}
	awaitExit(ctx, pid)
	if !runs(pid, "start-dev", t.database()) {
		return nil
	}
	t.options.Logger.Info("stopping a Temporal server of an earlier start", "pid", pid)
	return stopOrphan(ctx, pid, "start-dev", t.database(), syscall.SIGTERM)
}
