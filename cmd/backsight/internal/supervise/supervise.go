package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Child describes a process to keep running.
type Child struct {
	Name string // for the log
	// Command returns a new, unstarted command. Its SysProcAttr is overwritten.
	Command func() *exec.Cmd
	// StopTimeout is the time between SIGTERM and SIGKILL.
	StopTimeout time.Duration
	Logger      *slog.Logger
}

// Run waits firstWait before it restarts a child. Each run that lasts at most calm doubles the
// wait, up to longestWait, so that a child that cannot run does not load the machine.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
	calm        = 10 * time.Second
)

// Run keeps the child running until ctx ends, then stops it and returns nil. It returns an error
// only when the first start fails, for example because the binary does not exist. A start that
// fails later is tried again.
func Run(ctx context.Context, c Child) error {
	// On Linux, the kernel kills the child when the thread that started it ends, so keep this
	// thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	wait := firstWait
	for starts := 0; ; starts++ {
		cmd := c.Command()
		cmd.SysProcAttr = attributes()
		started := time.Now()
		if err := cmd.Start(); err != nil {
			if starts == 0 {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			c.Logger.ErrorContext(ctx, "cannot restart the process", "process", c.Name, "error", err, "wait", wait)
		} else {
			c.Logger.InfoContext(ctx, "process started", "process", c.Name, "pid", cmd.Process.Pid)
			err := c.watch(ctx, cmd)
			if ctx.Err() != nil {
				return nil
			}
			if time.Since(started) > calm {
				wait = firstWait
			}
			c.Logger.WarnContext(ctx, "process ended; restarting it", "process", c.Name, "pid", cmd.Process.Pid, "error", err, "wait", wait)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, longestWait)
	}
}

// watch waits until the child has ended. When ctx ends first, watch stops the child.
func (c Child) watch(ctx context.Context, cmd *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	c.signal(ctx, cmd, syscall.SIGTERM)
	select {
	case err := <-ended:
		return err
	case <-time.After(c.StopTimeout):
	}
	c.Logger.WarnContext(ctx, "process did not stop in time; killing it", "process", c.Name, "pid", cmd.Process.Pid, "after", c.StopTimeout)
	c.signal(ctx, cmd, syscall.SIGKILL)
	return <-ended
}

func (c Child) signal(ctx context.Context, cmd *exec.Cmd, sig os.Signal) {
	if err := cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.Logger.WarnContext(ctx, "cannot send a signal to the process", "process", c.Name, "pid", cmd.Process.Pid, "signal", sig, "error", err)
	}
}
