package devstack

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel signal the server when the thread that starts it ends. Go sets this after it has changed
// the account, which would have cleared it, and before exec, which keeps it for binaries without the setuid bit.
//
// The server gets a process group of its own, so that a terminal's Ctrl-C reaches us alone and we stop things in order.
func dieWithParent(cmd *exec.Cmd, signal syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = signal
}

// guardOrphan has nothing to add where the kernel does the work.
func guardOrphan(int, syscall.Signal) (release func()) { return func() {} }
