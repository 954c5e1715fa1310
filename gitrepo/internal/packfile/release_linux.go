package packfile

import "syscall"

// release drops the pages of a mapped file from this process's memory. Later reads load them again,
// usually from the system's page cache.
func (c content) release() {
	if c.mapped {
		_ = syscall.Madvise(c.bytes, syscall.MADV_DONTNEED) // advice only: the mapping stays valid
	}
}
