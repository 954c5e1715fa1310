package devstack

import (
	"context"
	"errors"
	"fmt"
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
	// startDeadline is generous because a first start on a loaded two-core machine takes ten times the usual second.
	startDeadline = 90 * time.Second
	// A server that ends this often before it ever answered is given up: 6 seconds with the delays below.
	startAttempts = 8
	probeEvery    = 20 * time.Millisecond
	probeTimeout  = 2 * time.Second
	// A server that died is started again after firstDelay; each death before steadyAfter doubles it up to lastDelay.
	firstDelay  = 50 * time.Millisecond
	lastDelay   = 5 * time.Second
	steadyAfter = 10 * time.Second
)

// A childSpec says how to run one server.
type childSpec struct {
	name    string
	logPath string
	// command makes a fresh command for each attempt. started is true once the server has answered: from then on the
	// addresses are promised to others and may not change.
	command func(started bool) (*exec.Cmd, error)
	// ready asks once whether the server, process pid, serves.
	ready func(ctx context.Context, pid int) error
	// refusal turns the output of a server that ended before it ever answered into the reason not to try again; nil
	// means that another attempt may help.
	refusal func(output string) error
	// onStart, when set, hears the process id of each attempt.
	onStart func(pid int) error
	// stopSignals are sent in turn, each after the grace of the one before; SIGKILL follows by itself.
	stopSignals []stopSignal
	// orphanSignal is what the server gets when this process dies.
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
	offset  atomic.Int64 // where in the log the present attempt's output begins

	stopping  context.Context // ends when stop is called
	beginStop context.CancelFunc
	hurry     chan struct{} // closed when the time for a graceful stop is over
	hurryOnce sync.Once
	done      chan struct{} // closed when the process has ended for good
}

// startChild runs the server and returns when it answers. On error nothing runs any more.
func startChild(ctx context.Context, spec childSpec, logger *slog.Logger) (*child, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startDeadline, fmt.Errorf("it did not answer within %s", startDeadline))
	defer cancel()
	c := &child{spec: spec, logger: logger.With("server", spec.name), hurry: make(chan struct{}), done: make(chan struct{})}
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
		return nil, insights.Errorf(insights.Unavailable, "%s: did not start: %w%s", spec.name, context.Cause(ctx), quoteOutput(logFrom(spec.logPath, c.offset.Load()), spec.logPath))
	}
}

// stop ends the server and its supervision; when ctx ends before the server does, the server is killed.
func (c *child) stop(ctx context.Context) {
	c.beginStop()
	select {
	case <-c.done:
	case <-ctx.Done():
		c.hurryOnce.Do(func() { close(c.hurry) })
		<-c.done
	}
}

// supervise keeps the server running until stop. first receives one value: nil when the server answered for the first
// time, or why it never will.
//
// The goroutine keeps its thread, because the kernel's parent-death signal is bound to the thread that forked, not to
// the process. It never unlocks it: the thread ends with the goroutine, when no child is left.
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
			var refusal *insights.Error // of ours: it could not even be run
			if errors.As(err, &refusal) {
				first <- refusal
				return
			}
			if err := c.spec.refusal(output); err != nil {
				first <- err
				return
			}
			if attempt == startAttempts {
				first <- insights.Errorf(insights.Unavailable, "%s: ended %d times before it answered, at last with %s%s",
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

// runOnce runs the server until it ends. It returns the end of what the server wrote.
func (c *child) runOnce(first chan<- error) (output string, err error) {
	log, offset, err := openLog(c.spec.logPath)
	if err != nil {
		return "", insights.Errorf(insights.Invalid, "%s: log file: %w", c.spec.name, err)
	}
	defer log.Close() //nolint:errcheck // the server writes through its own descriptor
	c.offset.Store(offset)
	cmd, err := c.spec.command(c.started.Load())
	if err != nil {
		return "", err
	}
	cmd.Stdout, cmd.Stderr = log, log
	dieWithParent(cmd, c.spec.orphanSignal)
	if err := cmd.Start(); err != nil {
		return "", insights.Errorf(insights.Unavailable, "%s: %s cannot be run: %w", c.spec.name, cmd.Path, err)
	}
	c.pid.Store(int64(cmd.Process.Pid))
	c.logger.Debug("server started", "pid", cmd.Process.Pid)
	if c.spec.onStart != nil {
		if err := c.spec.onStart(cmd.Process.Pid); err != nil {
			c.logger.Warn("process id not noted", "error", err)
		}
	}
	releaseGuard := guardOrphan(cmd.Process.Pid, c.spec.orphanSignal)

	alive, cancel := context.WithCancel(c.stopping)
	exited := make(chan struct{})
	var attendants sync.WaitGroup
	attendants.Go(func() { c.probe(alive, cmd.Process.Pid, first) })
	attendants.Go(func() { c.signalWhenStopping(exited, cmd.Process) })
	err = cmd.Wait()
	c.pid.Store(0)
	cancel()
	close(exited)
	attendants.Wait()
	releaseGuard()
	return logFrom(c.spec.logPath, offset), err
}

// probe asks until the server answers or alive ends.
func (c *child) probe(alive context.Context, pid int, first chan<- error) {
	for {
		ctx, cancel := context.WithTimeout(alive, probeTimeout)
		err := c.spec.ready(ctx, pid)
		cancel()
		if err == nil && alive.Err() == nil {
			if c.started.Swap(true) {
				c.logger.Info("server is back", "pid", pid)
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

// signalWhenStopping waits for stop or for the process's own end, and in the first case sees to the second.
func (c *child) signalWhenStopping(exited <-chan struct{}, process *os.Process) {
	select {
	case <-c.stopping.Done():
	case <-exited:
		return
	}
	for _, s := range c.spec.stopSignals {
		_ = process.Signal(s.signal) // an error can only mean that it ended
		grace := time.NewTimer(s.grace)
		select {
		case <-exited:
			grace.Stop()
			return
		case <-grace.C:
			c.logger.Warn("server did not end in time", "signal", s.signal, "grace", s.grace)
		case <-c.hurry:
			grace.Stop()
		}
	}
	_ = process.Kill() // as above
}

// exitText says how a process ended, for err of its Wait.
func exitText(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}
