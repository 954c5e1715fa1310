package supervise

import "syscall"

// attributes put the child into a process group of its own, so that Ctrl-C reaches the parent only, which then stops its
// children in order; and have the kernel kill it when the parent dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
