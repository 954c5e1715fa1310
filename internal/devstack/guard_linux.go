package devstack

import (
	"log/slog"
	"os/exec"
	"syscall"
)

// signalOnParentExit makes the kernel signal the server when the thread that starts the server ends
// (PR_SET_PDEATHSIG). A change of the account would clear this signal, so Go sets it after the
// change. exec keeps it for binaries without the setuid bit.
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
