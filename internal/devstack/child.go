package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/backsight/backsight/insights"
)

const (
	// startDeadline allows for a first start on a loaded two-core machine, which takes ten times
	// the usual second.
	startDeadline = 90 * time.Second
	// startAttempts is how often a server that has never answered may end before it is given up.
	// The delays below then add up to 6 seconds.
	startAttempts = 8
	probeEvery    = 20 * time.Millisecond
	probeTimeout  = 2 * time.Second
	// A server that ended is started again after firstDelay. Each run shorter than steadyAfter
	// doubles the delay, up to lastDelay.
	firstDelay  = 50 * time.Millisecond
	lastDelay   = 5 * time.Second
	steadyAfter = 10 * time.Second
)

// A childSpec describes one server.
type childSpec struct {
	name    string
	logPath string
	// command returns a new command for each attempt. `started` is true after the server has
	// answered: other processes then use its addresses, so the addresses must not change.
	command func(started bool) (*exec.Cmd, error)
	// ready connects to the server once. It returns nil when the server, which is process `pid`,
	// answers.
	ready func(ctx context.Context, pid int) error
	// startError returns the error for a server that ended before it answered, given its output, or
	// nil when another attempt may succeed.
	startError func(output string) error
	// onStart, unless nil, is called with the process id of each attempt.
	onStart func(pid int) error
	// stopSignals are sent in turn, each after the grace period of the one before. SIGKILL follows
	// the last one.
	stopSignals []stopSignal
	// orphanSignal is sent to the server when this process ends without stopping it.
	orphanSignal syscall.Signal
}

type stopSignal struct {
	signal syscall.Signal
	grace  time.Duration
}

// A child is a supervised server process.
type child struct {
	spec   childSpec
	logger *slog.Logger

	pid     atomic.Int64
	started atomic.Bool
	offset  atomic.Int64 // where in the log the output of the current attempt begins

	stopping  context.Context // ends when stop is called
	beginStop context.CancelFunc
	killNow   chan struct{} // closed when the time for a graceful stop is over
	killOnce  sync.Once
	done      chan struct{} // closed when the server has ended and is not started again
}

// startChild starts the server and returns when it answers. After an error no process is running.
func startChild(ctx context.Context, spec childSpec, logger *slog.Logger) (*child, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startDeadline, fmt.Errorf("it did not answer within %s", startDeadline))
	defer cancel()
	c := &child{spec: spec, logger: logger.With("server", spec.name), killNow: make(chan struct{}), done: make(chan struct{})}
	c.stopping, c.beginStop = context.WithCancel(context.Background())

	first := make(chan error, 1)
	go c.supervise(first)
	select {
	case err := <-first:
		if err != nil {
			<-c.done
			return nil, err
		}
		return c, nil
	case <-ctx.Done():
		c.stop(ctx)
		return nil, insights.Errorf(insights.Unavailable, "%s: the server did not start: %w%s", spec.name, context.Cause(ctx), quoteOutput(logFrom(spec.logPath, c.offset.Load()), spec.logPath))
	}
}

// stop ends the server and its supervision. When ctx ends before the server does, it kills the
// server.
func (c *child) stop(ctx context.Context) {
	c.beginStop()
	select {
	case <-c.done:
	case <-ctx.Done():
		c.killOnce.Do(func() { close(c.killNow) })
		<-c.done
	}
}

// supervise keeps the server running until stop is called. `first` receives one value, unless stop
// is called earlier: nil when the server has answered for the first time, or the error that
// explains why it did not start.
//
// The goroutine locks its thread, because the kernel's parent-death signal is bound to the thread
// that forked, not to the process. It never unlocks the thread. The thread ends with the goroutine,
// after the last server process has ended.
func (c *child) supervise(first chan<- error) {
	runtime.LockOSThread()
	defer close(c.done)
	delay := firstDelay
	for attempt := 1; ; attempt++ {
		began := time.Now()
		output, err := c.runOnce(first)
		if c.stopping.Err() != nil {
			return
		}
		if !c.started.Load() {
			if failed, ok := errors.AsType[*insights.Error](err); ok { // it could not be run
				first <- failed
				return
			}
			if err := c.spec.startError(output); err != nil {
				first <- err
				return
			}
			if attempt == startAttempts {
				first <- insights.Errorf(insights.Unavailable, "%s: the server ended %d times before it answered, the last time with %s%s",
					c.spec.name, attempt, exitText(err), quoteOutput(output, c.spec.logPath))
				return
			}
		}
		if time.Since(began) > steadyAfter {
			delay = firstDelay
		}
		c.logger.Warn("server ended; starting it again", "error", exitText(err), "after", delay, "output", excerpt(output))
		select {
		case <-time.After(delay):
		case <-c.stopping.Done():
			return
		}
		delay = min(2*delay, lastDelay)
	}
}

// runOnce runs the server until it ends, and returns its output. The error is an *insights.Error
// when the server could not be run, and that of Wait when it ran.
func (c *child) runOnce(first chan<- error) (output string, err error) {
	log, err := OpenLog(c.spec.logPath)
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.spec.name, err)
	}
	defer log.Close() //nolint:errcheck // the server has its own descriptor of the file
	offset, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return "", insights.Errorf(insights.Invalid, "%s: log file: %w", c.spec.name, err)
	}
	c.offset.Store(offset)
	cmd, err := c.spec.command(c.started.Load())
	if err != nil {
		return "", err
	}
	cmd.Stdout, cmd.Stderr = log, log
	signalOnParentExit(cmd, c.spec.orphanSignal)
	if err := cmd.Start(); err != nil {
		return "", insights.Errorf(insights.Unavailable, "%s: %s cannot be run: %w", c.spec.name, cmd.Path, err)
	}
	c.pid.Store(int64(cmd.Process.Pid))
	c.logger.Debug("server started", "pid", cmd.Process.Pid)
	if c.spec.onStart != nil {
		if err := c.spec.onStart(cmd.Process.Pid); err != nil {
			c.logger.Warn("the server's process id could not be saved: if this process is killed and the server survives, the next start cannot stop the server", "error", err)
		}
	}
	releaseGuard := guardServer(c.logger, cmd.Process.Pid, c.spec.orphanSignal)

	alive, cancel := context.WithCancel(c.stopping)
	exited := make(chan struct{})
	var goroutines sync.WaitGroup
	goroutines.Go(func() { c.probe(alive, cmd.Process.Pid, first) })
	goroutines.Go(func() { c.signalWhenStopping(exited, cmd.Process) })
	err = cmd.Wait()
	c.pid.Store(0)
	cancel()
	close(exited)
	goroutines.Wait()
	releaseGuard()
	return logFrom(c.spec.logPath, offset), err
}

// probe calls ready until the server answers or the context `alive` ends.
func (c *child) probe(alive context.Context, pid int, first chan<- error) {
	for {
		ctx, cancel := context.WithTimeout(alive, probeTimeout)
		err := c.spec.ready(ctx, pid)
		cancel()
		if err == nil && alive.Err() == nil {
			if c.started.Swap(true) {
				c.logger.Info("server answers again", "pid", pid)
			} else {
				first <- nil
			}
			return
		}
		select {
		case <-time.After(probeEvery):
		case <-alive.Done():
			return
		}
	}
}

// signalWhenStopping waits until stop is called or the process has ended. After a call of stop, it
// ends the process.
func (c *child) signalWhenStopping(exited <-chan struct{}, process *os.Process) {
	select {
	case <-c.stopping.Done():
	case <-exited:
		return
	}
	for _, s := range c.spec.stopSignals {
		_ = process.Signal(s.signal) // an error means that the process has ended
		grace := time.NewTimer(s.grace)
		select {
		case <-exited:
			grace.Stop()
			return
		case <-grace.C:
			c.logger.Warn("server did not end in time", "signal", s.signal, "grace", s.grace)
		case <-c.killNow:
			grace.Stop()
		}
	}
	_ = process.Kill() // an error means that the process has ended
}

// exitText describes how a process ended, given the error of its Wait.
func exitText(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}
