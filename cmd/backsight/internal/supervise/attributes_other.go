//go:build !linux

package supervise

import "syscall"

// attributes put the child into a process group of its own, so that Ctrl-C reaches the parent only. There is no way to
// have the child die with its parent here; a worker that is left over ends when Temporal, which does die, is gone.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
