package activities

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// CrashJournal records on disk which repositories this process searches at the moment. If the
// process crashes, the next process that calls Report for the same Dir counts strikes for these
// repositories. An entry is an empty file in a folder of the process. The process holds a file
// lock; if the lock is free, the process has ended. A nil *CrashJournal records nothing.
//
// The first crash counts a strike for everything that was searched at that moment. A repository
// with a strike is a suspect: a process searches suspects last in their batch and one at a time,
// and a crash during that counts a strike for the suspect alone. A repository that did not cause
// the crash loses its strike at its next search. Only the files in Dir must survive the crash.
type CrashJournal struct {
	Store  *store.Store
	Dir    string
	Logger *slog.Logger

	own     string // the folder of this process
	lock    *os.File
	suspect sync.Mutex // held while a suspect is searched
}

const (
	lockSuffix    = ".lock"
	suspectSuffix = ".suspect"
)

// Open creates the folder and the lock of this process. Callers must call Close after the last
// search.
func (c *CrashJournal) Open() error {
	c.own = filepath.Join(c.Dir, fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano()))
	err := os.MkdirAll(c.own, 0o755)
	if err == nil {
		c.lock, err = os.OpenFile(c.own+".new", os.O_CREATE|os.O_RDWR, 0o600)
	}
	// The file is locked before it gets its name: under that name, a free lock means that its
	// process has ended.
	if err == nil {
		err = syscall.Flock(int(c.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err == nil {
		err = os.Rename(c.lock.Name(), c.own+lockSuffix)
	}
	if err != nil {
		return journalError(err)
	}
	return nil
}

// Close deletes the journal of this process.
func (c *CrashJournal) Close() error {
	return errors.Join(os.RemoveAll(c.own), os.Remove(c.own+lockSuffix), c.lock.Close())
}

// Report counts a strike for each search that was running when another process crashed or, if a
// suspect was among them, only for the suspect. It deletes the journals of crashed processes. It is
// safe to call from several processes at the same time; each crash counts once.
func (c *CrashJournal) Report(ctx context.Context) error {
	locks, err := filepath.Glob(filepath.Join(c.Dir, "*"+lockSuffix))
	if err != nil {
		return err
	}
	for _, path := range locks {
		if err := c.reportOne(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

func (c *CrashJournal) reportOne(ctx context.Context, path string) error {
	lock, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process reports it
	}
	if err != nil {
		return journalError(err)
	}
	defer lock.Close() //nolint:errcheck // nothing was written
	if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return nil // its process still runs
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil // its process has just closed it, or another process has reported it
	}
	folder := strings.TrimSuffix(path, lockSuffix)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return journalError(err)
	}
	suspects := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), suspectSuffix) })
	for _, e := range entries {
		name, suspect := strings.CutSuffix(e.Name(), suspectSuffix)
		series, number, _ := strings.Cut(name, ".")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || suspects && !suspect {
			continue
		}
		message := "worker crashed; each repository that it searched at that time gets a strike"
		if suspects || len(entries) == 1 {
			message = "worker crashed; only this repository gets a strike"
		}
		c.Logger.Warn(message, "series", series, "repository", id)
		if err := c.Store.Quarantine.AddStrike(ctx, series, id, "the worker crashed while it searched the repository"); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			return journalError(err) // if the entry stayed, the next Report would count it again
		}
	}
	return errors.Join(os.RemoveAll(folder), os.Remove(path))
}

func journalError(err error) error {
	return insights.Errorf(insights.Unavailable, "crash journal: %w", err)
}

// begin records that the search of a repository begins. If the repository is a suspect, begin first
// waits until this process searches no other suspect, and calls onWait while it waits. Callers must
// call end after the search, however it ended; end is idempotent.
func (c *CrashJournal) begin(ctx context.Context, seriesID string, id int64, suspect bool, onWait func()) (end func(), err error) {
	if c == nil {
		return func() {}, nil
	}
	name := filepath.Join(c.own, fmt.Sprintf("%s.%d", seriesID, id))
	release := func() {}
	if suspect {
		name += suspectSuffix
		if err := waitFor(ctx, c.suspect.TryLock, onWait); err != nil {
			return nil, err
		}
		release = c.suspect.Unlock
	}
	// If the entry cannot be written, for example because the disk is full, the search goes on: its
	// result does not depend on the entry.
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		c.Logger.Warn("crash journal: entry was not written", "error", err)
	}
	return sync.OnceFunc(func() {
		defer release()
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.Logger.Warn("crash journal: entry was not deleted", "error", err)
		}
	}), nil
}
