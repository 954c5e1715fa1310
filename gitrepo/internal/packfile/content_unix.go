//go:build unix

package packfile

import (
	"io"
	"os"
	"syscall"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// openContent reads a small file and maps a large one.
func openContent(path string) (content, error) {
	f, size, err := regular.Open(path)
	if err != nil {
		return content{}, err
	}
	defer f.Close()
	if size <= smallFile {
		bytes := make([]byte, size)
		_, err := io.ReadFull(f, bytes)
		return content{bytes: bytes}, err
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
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
