package devstack

import (
	"log/slog"
	"os/exec"
	"syscall"
)

// signalOnParentExit makes the kernel signal the server when the thread that starts it ends. Go
// applies this setting after it changes the account, which would have cleared it, and before exec,
// which keeps it for binaries without the setuid bit.
//
// The server gets its own process group: Ctrl-C in a terminal then signals only this process, which
// stops the servers cleanly.
func signalOnParentExit(cmd *exec.Cmd, signal syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = signal
}

// guardServer does nothing on Linux, because the kernel signals the server.
func guardServer(*slog.Logger, int, syscall.Signal) (release func()) { return func() {} }
