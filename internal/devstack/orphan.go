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

// runs reports whether the command line of process `pid` contains both `program` and `path`. The
// process id alone is not enough, because the system reuses process ids.
func runs(pid int, program, path string) bool {
	line := commandLine(pid)
	return strings.Contains(line, program) && strings.Contains(line, path)
}

// commandLine returns the command line of a process, or "" when there is no such process or it has
// ended.
func commandLine(pid int) string {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err == nil {
		return string(bytes.ReplaceAll(text, []byte{0}, []byte{' '}))
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		return "" // /proc exists, and the process is not in it
	}
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// exitTimeout is how long a killed process may take to release its files and ports.
const exitTimeout = 5 * time.Second

// awaitExit waits until a killed process has released its files and ports, or for at most
// exitTimeout. A process loses its command line first, and its files and ports a moment later. On a
// busy machine, a new server that starts in between can fail.
func awaitExit(ctx context.Context, pid int) {
	deadline := time.Now().Add(exitTimeout)
	for commandLine(pid) == "" && exiting(pid) && time.Now().Before(deadline) && ctx.Err() == nil {
		time.Sleep(probeEvery)
	}
}

// exiting reports whether a process without a command line may still hold files and ports. The
// kernel reports a process as a zombie as soon as its first thread has ended, but the process holds
// files and ports until all its threads have ended.
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

// stopOrphan sends the signals in turn, and last SIGKILL, to a server of an earlier stack, and
// waits until it has ended.
func stopOrphan(ctx context.Context, pid int, program, path string, signals ...syscall.Signal) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for _, signal := range append(signals, syscall.SIGKILL) {
		_ = syscall.Kill(pid, signal) // the loop below checks whether it has ended
		timeout := time.NewTimer(10 * time.Second)
		for waiting := true; waiting; {
			if !runs(pid, program, path) {
				timeout.Stop()
				awaitExit(ctx, pid)
				return nil
			}
			select {
			case <-tick.C:
			case <-timeout.C:
				waiting = false
			case <-ctx.Done():
				timeout.Stop()
				return insights.Errorf(insights.Unavailable, "%s: process %d of an earlier start uses it and has not ended yet: %w", path, pid, context.Cause(ctx))
			}
		}
	}
	return insights.Errorf(insights.Conflict, "%s: process %d of an earlier start uses it and could not be stopped; stop that process with: kill -9 %d", path, pid, pid)
}

// shortSocketDir returns a folder with a short path, derived from the path of the data directory.
func shortSocketDir(dataDir string) string {
	sum := sha256.Sum256([]byte(dataDir))
	return filepath.Join("/tmp", fmt.Sprintf("backsight-%d-%x", os.Geteuid(), sum[:6]))
}
