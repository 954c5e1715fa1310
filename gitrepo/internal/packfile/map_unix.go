//go:build unix

package packfile

import (
	"os"
	"syscall"
)

// mapFile maps a file for reading. The result is empty for an empty file.
func mapFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	return data, nil
}

func unmapFile(data []byte) {
	if data != nil {
		_ = syscall.Munmap(data) // fails only for memory that is not mapped
	}
}
