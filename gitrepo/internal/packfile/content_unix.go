//go:build unix

package packfile

import (
	"io"
	"os"
	"syscall"
)

// openContent reads a small file and maps a large one.
func openContent(path string) (content, error) {
	f, err := os.Open(path)
	if err != nil {
		return content{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return content{}, err
	}
	if info.Size() <= smallFile {
		bytes := make([]byte, info.Size())
		_, err := io.ReadFull(f, bytes)
		return content{bytes: bytes}, err
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return content{}, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	return content{bytes: data, mapped: true}, nil
}

func (c content) close() {
	if c.mapped {
		_ = syscall.Munmap(c.bytes) // fails only for memory that is not mapped
	}
}
