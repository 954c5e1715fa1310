package devstack

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// rememberPid notes the server's process for stopLeftover of a later start.
func (t *Temporal) rememberPid(pid int) error {
	return os.WriteFile(t.pidFile(), fmt.Appendf(nil, "%d\n", pid), 0o600)
}

// stopLeftover stops a server that a killed parent left behind; we hold the directory's lock, so it serves nobody.
func (t *Temporal) stopLeftover(ctx context.Context) error {
	text, err := os.ReadFile(t.pidFile())
	if err != nil {
		return nil //nolint:nilerr // no note, no server
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return nil //nolint:nilerr // a torn note is as good as none
	}
	awaitExit(ctx, pid)
	if !runs(pid, "start-dev", t.database()) {
		return nil
	}
	t.options.Logger.Info("stopping a Temporal server that was left behind", "pid", pid)
	return stopLeftover(ctx, pid, "start-dev", t.database(), syscall.SIGTERM)
}
