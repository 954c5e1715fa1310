//go:build !linux

package packfile

// releasePages does nothing: other systems do not count mapped pages as the process's memory, and
// reclaim them when needed.
func releasePages([]byte) {}
