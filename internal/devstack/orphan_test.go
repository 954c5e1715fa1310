package devstack

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guard is what systems without a parent-death signal rely on; it is tested on all.
func TestGuardEndsTheServerWhenTheParentDies(t *testing.T) {
	t.Parallel()

	parent, said := play(t, "guarded", newDataDir(t), nil)
	pid := said.Pids["sleep"]
	require.False(t, ended(pid))
	kill(t, parent.Process.Pid)
	eventually(t, "the guard has done its work", func() bool { return ended(pid) })
}

func TestReleasedGuardDoesNothing(t *testing.T) {
	t.Parallel()

	parent, said := play(t, "guarded", newDataDir(t), nil, "DEVSTACK_TEST_RELEASE=1")
	pid := said.Pids["sleep"]
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	kill(t, parent.Process.Pid)
	_ = parent.Wait()
	require.False(t, ended(pid), "release waited for the guard's end, so nobody is left to signal")
}
