//go:build !linux

package devstack

import (
	"log/slog"
	"os/exec"
	"syscall"
)

// signalOnParentExit gives the server its own process group: Ctrl-C in a terminal then signals only
// this process, which stops the servers cleanly. On this system guardServer sends the signal when
// the parent exits.
func signalOnParentExit(cmd *exec.Cmd, _ syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

func guardServer(logger *slog.Logger, pid int, signal syscall.Signal) (release func()) {
	return startGuard(logger, pid, signal)
}
