package supervise

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var quiet = slog.New(slog.DiscardHandler)

func TestRun_RestartsAKilledChild(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	pids := make(chan int, 10)
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Child{
			Name: "sleeper", StopTimeout: time.Minute, Logger: quiet, Started: func(pid int) { pids <- pid },
			Command: func() *exec.Cmd { return exec.Command("sleep", "600") },
		})
	}()
	first := <-pids
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	second := <-pids
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
	in, keepOpen, err := os.Pipe()
	require.NoError(t, err)
	defer keepOpen.Close()
	ready, out, err := os.Pipe()
	require.NoError(t, err)
	pid := 0
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Child{
			Name: "deaf", StopTimeout: 10 * time.Millisecond, Logger: quiet, Started: func(p int) { pid = p },
			Command: func() *exec.Cmd {
				cmd := exec.Command("sh", "-c", `trap "" TERM; echo ready; read line`)
				cmd.Stdin, cmd.Stdout = in, out
				return cmd
			},
		})
	}()
	_, err = io.ReadFull(ready, make([]byte, len("ready")))
	require.NoError(t, err)
	stop()
	require.NoError(t, <-ended)
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

func TestRun_BinaryDoesNotExist(t *testing.T) {
	t.Parallel()
	err := Run(t.Context(), Child{Name: "nothing", Logger: quiet, Command: func() *exec.Cmd { return exec.Command("/nonexistent") }})
	require.ErrorContains(t, err, "nothing: ")
}
