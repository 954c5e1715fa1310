// Package devstacktest hands tests the servers that `backsight up` runs, in their fast and forgetful form.
//
// StartTemporal is for tests of workflows and of what talks to them: one server for all tests of a package, so each test
// keeps to workflow ids and task queues of its own. Start is for tests of the whole: a stack for one test. A database alone
// comes from package testdb, which is faster.
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

// startTimeout also has to do for a machine that compiles while it tests.
const startTimeout = 2 * time.Minute

var shared struct {
	sync.Mutex
	temporal *devstack.Temporal
}

// StartTemporal returns host:port of a Temporal server in memory, with a namespace "default", that all tests of this
// process share. The first call takes about a second. The server ends with the process.
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

// DataDir makes a data directory that is removed when the test ends. t.TempDir will not do for root: the account that
// Postgres runs as cannot enter it.
func DataDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "backsight-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

const processDirPrefix = "backsight-temporal-"

// processDataDir makes a directory that bears this process's id, and removes those of processes that have ended: nobody
// is left to do it at the end of a process.
func processDataDir(t testing.TB) string {
	t.Helper()
	others, err := filepath.Glob(filepath.Join(os.TempDir(), processDirPrefix+"*"))
	require.NoError(t, err)
	for _, dir := range others {
		var pid int
		_, err := fmt.Sscanf(strings.TrimPrefix(filepath.Base(dir), processDirPrefix), "%d", &pid)
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir) // another process may be at it too
		}
	}
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", processDirPrefix, os.Getpid()))
	require.NoError(t, err)
	return dir
}
