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
	"time"

	"github.com/backsight/backsight/insights"
)

// A dirLock is held through an open file, so that the kernel releases it however the holder ends.
type dirLock struct {
	file *os.File
	once sync.Once
	err  error
}

// lockPatience outlasts a doctor, who takes a look by locking, and the last moments of a process that was killed.
const lockPatience = 500 * time.Millisecond

// lockDataDir takes one of the data directory's locks: "stack", "postgres" or "temporal".
func lockDataDir(dir, name string) (*dirLock, error) {
	path := filepath.Join(dir, name+".lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "data directory %s: %w", dir, err)
	}
	deadline := time.Now().Add(lockPatience)
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	for errors.Is(err, syscall.EWOULDBLOCK) && time.Now().Before(deadline) {
		time.Sleep(probeEvery)
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		who := holder(file)
		_ = file.Close() // only read
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, insights.Errorf(insights.Invalid, "data directory %s: cannot be locked: %w; choose one on a local file system with --data or BACKSIGHT_DATA", dir, err)
		}
		return nil, insights.Errorf(insights.Conflict, "data directory %s: in use by %s; stop it, or choose another directory with --data or BACKSIGHT_DATA", dir, who)
	}
	l := &dirLock{file: file}
	if err := l.writeHolder(); err != nil {
		return nil, errors.Join(insights.Errorf(insights.Invalid, "data directory %s: %w", dir, err), l.release())
	}
	return l, nil
}

// lockHolder names the process that holds one of the data directory's locks, "" when none does.
func lockHolder(dir, name string) string {
	file, err := os.Open(filepath.Join(dir, name+".lock"))
	if err != nil {
		return ""
	}
	defer file.Close() //nolint:errcheck // only read, and it gives the lock back
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err == nil {
		return ""
	}
	return holder(file)
}

func holder(file *os.File) string {
	text, _ := io.ReadAll(file) // without it the holder stays nameless
	if pid := strings.TrimSpace(string(text)); pid != "" {
		return "process " + pid
	}
	return "another process"
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
