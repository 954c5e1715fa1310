// Package devstacktest starts the servers of package devstack for tests, with Options.Test.
//
// Use StartTemporal to test workflows and their clients. All tests of a package share one server,
// so each test must use its own workflow ids and task queues. Use Start for a test that needs both
// servers; it starts a stack for that test alone. A test that needs only a database uses package
// testdb, which is faster.
package devstacktest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/devstack"
)

// startTimeout is long enough for a machine that compiles and tests at the same time.
const startTimeout = 2 * time.Minute

var shared struct {
	sync.Mutex
	temporal *devstack.Temporal
}

// StartTemporal returns host:port of a Temporal server with in-memory storage and the namespace
// "default". All tests of this process share the server. The first call takes about a second. The
// server ends when this process ends.
func StartTemporal(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.temporal == nil {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		started, err := devstack.StartTemporal(ctx, devstack.Options{Test: true, DataDir: processDataDir(t)})
		require.NoError(t, err)
		shared.temporal = started
	}
	return shared.temporal.Address()
}

// Start starts a stack for one test and stops it when the test ends.
func Start(t testing.TB, options devstack.Options) *devstack.Stack {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	options.Test = true
	stack, err := devstack.Start(ctx, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stack.Stop(context.Background())) })
	return stack
}

// DataDir creates a data directory that is removed when the test ends. It does not use t.TempDir
// because, when the test runs as root, the account that runs Postgres cannot enter that folder.
func DataDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "backsight-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

const processDirPrefix = "backsight-temporal-"

// processDataDir creates a folder with this process's id in its name. It also removes such folders
// of processes that have ended, because a process cannot remove its own folder after its last test.
func processDataDir(t testing.TB) string {
	t.Helper()
	others, err := filepath.Glob(filepath.Join(os.TempDir(), processDirPrefix+"*"))
	require.NoError(t, err)
	for _, dir := range others {
		var pid int
		_, err := fmt.Sscanf(strings.TrimPrefix(filepath.Base(dir), processDirPrefix), "%d", &pid)
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir) // another process may be removing it too
		}
	}
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", processDirPrefix, os.Getpid()))
	require.NoError(t, err)
	return dir
}
