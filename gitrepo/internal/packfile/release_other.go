//go:build !linux

package packfile

// release does nothing: other systems do not count mapped pages as the process's memory, and
// reclaim them when needed.
func (content) release() {}
