//go:build !linux

package supervise

import "syscall"

// attributes puts the child into a separate process group, so that Ctrl-C reaches only the parent.
// These systems cannot kill the child when its parent ends. A worker whose parent has crashed ends
// by itself after the Temporal server has stopped.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
