package devstack

import (
	"io"
	"log/slog"
	"os/exec"
	"strconv"
	"syscall"
)

// startGuard starts a shell that waits for the end of its standard input, a pipe that only this process holds open, and
// then signals pid. It serves systems whose kernel has no parent-death signal. release ends it without the signal.
func startGuard(pid int, signal syscall.Signal) (release func()) {
	// The guard reads a line: "x" is the order to stand down, an end without it means that we died.
	guard := exec.Command("/bin/sh", "-c", `read -r order; [ "$order" = x ] || kill -"$1" "$2"`,
		"backsight-guard", strconv.Itoa(int(signal)), strconv.Itoa(pid))
	guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C for us is none for the guard
	pipe, err := guard.StdinPipe()
	if err == nil {
		err = guard.Start()
	}
	if err != nil {
		slog.Warn("no guard for a server: it would outlive a kill -9 of this process until the next start", "error", err)
		return func() {}
	}
	return func() {
		_, _ = io.WriteString(pipe, "x\n") // a guard that is gone needs no order
		_ = pipe.Close()
		_ = guard.Wait() // its exit status says nothing
	}
}
