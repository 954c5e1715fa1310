package supervise

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var quiet = slog.New(slog.DiscardHandler)

// shell returns a function for Child.Command. The child writes its process id and a line feed to a
// pipe and then runs script. readPid reads the next id from the pipe.
func shell(t *testing.T, script string) (command func() *exec.Cmd, readPid func() int) {
	t.Helper()
	in, keepOpen, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = keepOpen.Close() })
	pids, out, err := os.Pipe()
	require.NoError(t, err)
	command = func() *exec.Cmd {
		cmd := exec.Command("sh", "-c", "echo $$; "+script)
		cmd.Stdin, cmd.Stdout = in, out
		return cmd
	}
	return command, func() (pid int) {
		_, err := fmt.Fscanln(pids, &pid)
		require.NoError(t, err)
		return pid
	}
}

func TestRun_RestartsAKilledChild(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	command, readPid := shell(t, "exec sleep 600")
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Child{Name: "sleeper", StopTimeout: time.Minute, Logger: quiet, Command: command})
	}()
	first := readPid()
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	second := readPid()
	require.NotEqual(t, first, second)
	group, err := syscall.Getpgid(second)
	require.NoError(t, err)
	require.Equal(t, second, group, "the child is not in a process group of its own")
	stop()
	require.NoError(t, <-ended)
	require.ErrorIs(t, syscall.Kill(second, 0), syscall.ESRCH)
}

func TestRun_KillsAChildThatIgnoresSIGTERM(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	// The child writes its id again once it ignores the signal.
	command, readPid := shell(t, `trap "" TERM; echo $$; read line`)
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Child{Name: "deaf", StopTimeout: 10 * time.Millisecond, Logger: quiet, Command: command})
	}()
	pid := readPid()
	require.Equal(t, pid, readPid())
	stop()
	require.NoError(t, <-ended)
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

func TestRun_BinaryDoesNotExist(t *testing.T) {
	t.Parallel()
	err := Run(t.Context(), Child{Name: "nothing", Logger: quiet, Command: func() *exec.Cmd { return exec.Command("/nonexistent") }})
	require.ErrorContains(t, err, "nothing: ")
}
