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

// A dirLock is a lock on an open file. The kernel releases the lock when the process that holds it
// ends, for whatever reason.
type dirLock struct {
	file *os.File
	once sync.Once
	err  error
}

// lockTimeout is how long lockDataDir waits for a lock. It is longer than Doctor holds a lock to
// test it, and longer than a killed process takes to end.
const lockTimeout = 500 * time.Millisecond

// lockDataDir takes one of the locks of a data directory: "stack", "postgres" or "temporal". The
// error is an *insights.Error with code Conflict when another process holds the lock.
func lockDataDir(dir, name string) (*dirLock, error) {
	path := filepath.Join(dir, name+".lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "data directory %s: %w", dir, err)
	}
	deadline := time.Now().Add(lockTimeout)
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	for errors.Is(err, syscall.EWOULDBLOCK) && time.Now().Before(deadline) {
		time.Sleep(probeEvery)
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err != nil {
		who := holder(file)
		_ = file.Close() // only read
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, insights.Errorf(insights.Invalid, "data directory %s: cannot be locked: %w; choose a directory on a local file system with --data or BACKSIGHT_DATA", dir, err)
		}
		return nil, insights.Errorf(insights.Conflict, "data directory %s: in use by %s; stop that process, or choose another directory with --data or BACKSIGHT_DATA", dir, who)
	}
	l := &dirLock{file: file}
	if err := l.writeHolder(); err != nil {
		return nil, errors.Join(insights.Errorf(insights.Invalid, "data directory %s: %w", dir, err), l.release())
	}
	return l, nil
}

// lockHolder returns the process that holds a lock of the data directory, in the form "process 123"
// or, if its id is unknown, "another process". It returns "" when no process holds the lock.
func lockHolder(dir, name string) string {
	file, err := os.Open(filepath.Join(dir, name+".lock"))
	if err != nil {
		return ""
	}
	defer file.Close() //nolint:errcheck // closing the file, which was only read, releases the lock
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err == nil {
		return ""
	}
	return holder(file)
}

func holder(file *os.File) string {
	text, _ := io.ReadAll(file) // on an error the process id stays unknown
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

// release releases the lock. It is idempotent. The file stays: if it were removed, two processes
// could lock two different files of the same name.
func (l *dirLock) release() error {
	l.once.Do(func() { l.err = l.file.Close() })
	return l.err
}
