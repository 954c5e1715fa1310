package devstack

import (
	"io"
	"log/slog"
	"os/exec"
	"strconv"
	"syscall"
)

// startGuard starts a shell process, the guard, that sends `signal` to the process `pid` when this
// process ends. It is for systems whose kernel has no parent-death signal. The guard reads its
// standard input, a pipe that only this process holds open, and sends the signal when the pipe is
// closed. `release` ends the guard, which then sends no signal.
func startGuard(logger *slog.Logger, pid int, signal syscall.Signal) (release func()) {
	// The line "x" makes the guard exit. If the input ends without that line, this process has
	// ended.
	guard := exec.Command("/bin/sh", "-c", `read -r line; [ "$line" = x ] || kill -"$1" "$2"`,
		"backsight-guard", strconv.Itoa(int(signal)), strconv.Itoa(pid))
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C must not reach the guard
	pipe, err := guard.StdinPipe()
	if err == nil {
		err = guard.Start()
	}
	if err != nil {
		logger.Warn("the guard process of a server could not be started: if this process is killed with SIGKILL, the server keeps running until the next start", "error", err)
		return func() {}
	}
	return func() {
		_, _ = io.WriteString(pipe, "x\n") // an error means that the guard has ended
		_ = pipe.Close()
		_ = guard.Wait() // its exit status has no meaning
	}
}
