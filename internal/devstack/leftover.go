package devstack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/backsight/backsight/insights"
)

// runs reports whether process pid is the named program working on path: both have to be on its command line. A process
// id alone proves nothing, since the system gives it to the next program.
func runs(pid int, program, path string) bool {
	line := commandLine(pid)
	return strings.Contains(line, program) && strings.Contains(line, path)
}

// commandLine returns a process's command line, "" when there is no such process or it has ended.
func commandLine(pid int) string {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err == nil {
		return string(bytes.ReplaceAll(text, []byte{0}, []byte{' '}))
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		return "" // there is a /proc, and the process is not in it
	}
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// exitPatience is how long a killed process may take to give back its files and ports.
const exitPatience = 5 * time.Second

// awaitExit waits until a process that was killed has let go of everything. A process loses its command line first and
// its files and ports a moment later, which on a busy machine is long enough to stumble over.
func awaitExit(ctx context.Context, pid int) {
	deadline := time.Now().Add(exitPatience)
	for commandLine(pid) == "" && exiting(pid) && time.Now().Before(deadline) && ctx.Err() == nil {
		time.Sleep(probeEvery)
	}
}

// exiting reports whether a process without a command line still holds what it held: a zombie does not, once all its threads
// have ended. The kernel calls the process a zombie when the first thread is one.
func exiting(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(proc, "stat")) // "123 (name) Z …"
	if err != nil {
		return false
	}
	_, state, ok := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(") "))
	if !ok || bytes.HasPrefix(state, []byte("X")) {
		return false
	}
	if !bytes.HasPrefix(state, []byte("Z")) {
		return true
	}
	threads, err := os.ReadDir(filepath.Join(proc, "task"))
	return err == nil && len(threads) > 1
}

// stopLeftover ends a process of an earlier stack, with harder signals in turn, and waits until it has ended.
func stopLeftover(ctx context.Context, pid int, program, path string, signals ...syscall.Signal) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for _, signal := range append(signals, syscall.SIGKILL) {
		_ = syscall.Kill(pid, signal) // whether it ended is asked below
		patience := time.NewTimer(10 * time.Second)
		for waiting := true; waiting; {
			if !runs(pid, program, path) {
				patience.Stop()
				awaitExit(ctx, pid)
				return nil
			}
			select {
			case <-tick.C:
			case <-patience.C:
				waiting = false
			case <-ctx.Done():
				patience.Stop()
				return insights.Errorf(insights.Unavailable, "%s: waiting for process %d of an earlier start to end: %w", program, pid, context.Cause(ctx))
			}
		}
	}
	return insights.Errorf(insights.Conflict, "%s: process %d of an earlier start uses %s and cannot be stopped; end it yourself: kill -9 %d", program, pid, path, pid)
}

// shortSocketDir is a short name that belongs to a data directory.
func shortSocketDir(dataDir string) string {
	sum := sha256.Sum256([]byte(dataDir))
	return filepath.Join("/tmp", fmt.Sprintf("backsight-%d-%x", os.Geteuid(), sum[:6]))
}
