package packfile

import "syscall"

// releasePages drops the pages of a mapped file from this process's memory. Later reads load them
// again, usually from the system's page cache.
func releasePages(data []byte) {
	if len(data) > 0 {
		_ = syscall.Madvise(data, syscall.MADV_DONTNEED) // advice only: the mapping stays valid
	}
}
