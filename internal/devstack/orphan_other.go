//go:build !linux

package devstack

import (
	"os/exec"
	"syscall"
)

// dieWithParent gives the server a process group of its own, so that a terminal's Ctrl-C reaches us alone and we stop
// things in order. What the name promises is guardOrphan's work here.
func dieWithParent(cmd *exec.Cmd, _ syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

func guardOrphan(pid int, signal syscall.Signal) (release func()) { return startGuard(pid, signal) }
