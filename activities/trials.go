package activities

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// maxStrikes is how often the search of a repository may kill its worker or stop answering, without getting on in between.
const maxStrikes = 3

// Trials are notes on disk of what this process is searching at the moment, so that the one that comes after a death knows what it may
// have died of. A note is a file of no bytes in a folder of the process; whether that lives is told by a lock, which dies with it.
// The nil Trials take no notes.
//
// The first death strikes all that ran at that moment. What has a strike is a suspect: suspects are searched last in their batch and
// one at a time, and a death strikes them alone, so an innocent neighbour is cleared by its next search. Only Dir has to survive.
type Trials struct {
	Store  *store.Store
	Dir    string
	Logger *slog.Logger

	own  string // the folder of this process
	lock *os.File
	one  sync.Mutex // held while a suspect is searched
}

const (
	lockSuffix    = ".lock"
	suspectSuffix = ".suspect"
)

// Open begins to take notes. The caller calls Close when nothing is searched any more.
func (t *Trials) Open() error {
	t.own = filepath.Join(t.Dir, fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano()))
	if err := os.MkdirAll(t.own, 0o755); err != nil {
		return insights.Errorf(insights.Unavailable, "notes of searches: %w", err)
	}
	// Locked before it has its name: a lock that nobody holds is that of a dead process.
	lock, err := os.OpenFile(t.own+".new", os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	}
	if err == nil {
		err = os.Rename(lock.Name(), t.own+lockSuffix)
	}
	if err != nil {
		return insights.Errorf(insights.Unavailable, "notes of searches: %w", err)
	}
	t.lock = lock
	return nil
}

// Close ends the notes of a process that ends well.
func (t *Trials) Close() error {
	return errors.Join(os.RemoveAll(t.own), os.Remove(t.own+lockSuffix), t.lock.Close())
}

// Report counts a strike for each search that a process died of, by the notes that it left.
func (t *Trials) Report(ctx context.Context) error {
	locks, err := filepath.Glob(filepath.Join(t.Dir, "*"+lockSuffix))
	if err != nil {
		return err
	}
	for _, path := range locks {
		if err := t.reportOne(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trials) reportOne(ctx context.Context, path string) error {
	lock, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process reports it
	}
	if err != nil {
		return insights.Errorf(insights.Unavailable, "notes of searches: %w", err)
	}
	defer lock.Close()                                                         //nolint:errcheck // nothing was written
	if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil { // its process lives
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil // it ended well just now, or another process has reported it
	}
	folder := strings.TrimSuffix(path, lockSuffix)
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return insights.Errorf(insights.Unavailable, "notes of searches: %w", err)
	}
	suspects := false
	for _, e := range entries {
		suspects = suspects || strings.HasSuffix(e.Name(), suspectSuffix)
	}
	for _, e := range entries {
		name, suspect := strings.CutSuffix(e.Name(), suspectSuffix)
		series, number, _ := strings.Cut(name, ".")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || suspects && !suspect {
			continue
		}
		t.Logger.Warn("a worker died while it searched a repository", "series", series, "repository", id, "alone", suspects || len(entries) == 1)
		if err := t.Store.Quarantine.AddStrike(ctx, series, id, "the worker died while it searched the repository"); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil { // or it would be counted twice
			return insights.Errorf(insights.Unavailable, "notes of searches: %w", err)
		}
	}
	return errors.Join(os.RemoveAll(folder), os.Remove(path))
}

// begin notes that a repository is searched; the caller calls end when that is over, however it ended; more calls do nothing. A suspect waits until no
// other is searched.
func (t *Trials) begin(ctx context.Context, seriesID string, id int64, suspect bool, beat func()) (end func(), err error) {
	if t == nil {
		return func() {}, nil
	}
	name := filepath.Join(t.own, fmt.Sprintf("%s.%d", seriesID, id))
	release := func() {}
	if suspect {
		name += suspectSuffix
		if err := waitFor(ctx, t.one.TryLock, beat); err != nil {
			return nil, err
		}
		release = t.one.Unlock
	}
	// Without a note (a full disk) the search is as right as with it.
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Logger.Warn("a search is not noted", "error", err)
	}
	return sync.OnceFunc(func() {
		defer release()
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Logger.Warn("the note of a search stays", "error", err)
		}
	}), nil
}
