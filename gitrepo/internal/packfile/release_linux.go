package packfile

import "syscall"

// releasePages gives the pages of a mapped file back; what is read again comes from the system's cache.
func releasePages(data []byte) {
	if len(data) > 0 {
		_ = syscall.Madvise(data, syscall.MADV_DONTNEED) // only advice: what is mapped stays right
	}
}
