package devstack

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/backsight/backsight/insights"
)

// A dirLock is held through an open file, so that the kernel releases it however the holder ends.
type dirLock struct {
	file *os.File
	once sync.Once
	err  error
}

// lockDataDir takes one of the data directory's locks: "stack", "postgres" or "temporal". It does not wait.
func lockDataDir(dir, name string) (*dirLock, error) {
	path := filepath.Join(dir, name+".lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "data directory %s: %w", dir, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := io.ReadAll(file) // only to name the holder
		_ = file.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, insights.Errorf(insights.Invalid, "data directory %s: cannot be locked: %w; choose one on a local file system with --data or BACKSIGHT_DATA", dir, err)
		}
		who := "another process"
		if pid := strings.TrimSpace(string(holder)); pid != "" {
			who = "process " + pid
		}
		return nil, insights.Errorf(insights.Conflict, "data directory %s: in use by %s; stop it, or choose another directory with --data or BACKSIGHT_DATA", dir, who)
	}
	l := &dirLock{file: file}
	if err := l.writeHolder(); err != nil {
		return nil, errors.Join(insights.Errorf(insights.Invalid, "data directory %s: %w", dir, err), l.release())
	}
	return l, nil
}

func (l *dirLock) writeHolder() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

// release may be called more than once. The file stays: removing it would let two holders lock two files of one name.
func (l *dirLock) release() error {
	l.once.Do(func() { l.err = l.file.Close() })
	return l.err
}
