package supervise

import "syscall"

// attributes puts the child into a separate process group, so that Ctrl-C reaches only the parent,
// which then stops its children cleanly. The kernel kills the child when the parent ends.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
