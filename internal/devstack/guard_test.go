package devstack

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Systems without a parent-death signal depend on the guard. All systems test it.
func TestGuard_EndsTheServerWhenItsParentDies(t *testing.T) {
	t.Parallel()

	parent, said := play(t, "guarded", newDataDir(t), nil)
	pid := said.Pids["sleep"]
	require.False(t, ended(pid))
	kill(t, parent.Process.Pid)
	eventually(t, "the guard has ended the server", func() bool { return ended(pid) })
}

func TestGuard_DoesNothingAfterRelease(t *testing.T) {
	t.Parallel()

	parent, said := play(t, "guarded", newDataDir(t), nil, "DEVSTACK_TEST_RELEASE=1")
	pid := said.Pids["sleep"]
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	kill(t, parent.Process.Pid)
	_ = parent.Wait()
	require.False(t, ended(pid), "release waits for the guard's end, so no signal can follow")
}
