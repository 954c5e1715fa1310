package activities

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// Mirrors are the repositories on this machine: local ones where they lie, which are never written, and mirrors of the
// others below Dir, cloned when first needed. Safe for concurrent use; two processes may share Dir.
type Mirrors struct {
	Store *store.Store
	// Dir holds <id>.git for each repository that is not local.
	Dir     string
	Metrics *telemetry.Metrics

	locks sync.Map // repository id → chan struct{} of capacity 1: one clone, fetch or index run at a time
	hosts hosts
}

// Times that one git command may take; without them a host that stops answering would hold a slot for ever.
const (
	cloneTimeout = 90 * time.Minute
	fetchTimeout = 15 * time.Minute
)

// lock waits for its turn to change the mirror or the index of a repository.
func (m *Mirrors) lock(ctx context.Context, id int64) (unlock func(), err error) {
	value, _ := m.locks.LoadOrStore(id, make(chan struct{}, 1))
	turn := value.(chan struct{})
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Open returns the repository, cloned first where it is missing. A failure of the repository is an *engine.Failure.
func (m *Mirrors) Open(ctx context.Context, r store.Repository) (*gitrepo.Repo, error) {
	if r.Local {
		return engine.Open(ctx, r.Location)
	}
	git, err := engine.Open(ctx, m.path(r.ID))
	if err == nil || insights.ErrorCode(err) != insights.NotFound {
		return git, err
	}
	err = heartbeatWhile(ctx, "clone "+r.Name, func() error {
		unlock, err := m.lock(ctx, r.ID)
		if err != nil {
			return err
		}
		defer unlock()
		git, _, err = m.openOrClone(ctx, r)
		return err
	})
	return git, err
}

// openOrClone is called with the lock held. fresh is true when the mirror was cloned just now.
func (m *Mirrors) openOrClone(ctx context.Context, r store.Repository) (git *gitrepo.Repo, fresh bool, err error) {
	dir := m.path(r.ID)
	if git, err := gitrepo.Open(ctx, dir); err == nil {
		return git, false, nil
	}
	if err := m.clearBroken(dir); err != nil {
		return nil, false, err
	}
	err = m.remotely(ctx, r, cloneTimeout, func(ctx context.Context) (err error) {
		git, err = gitrepo.CloneMirror(ctx, r.Location, dir)
		return err
	})
	if err != nil {
		if other, openErr := gitrepo.Open(ctx, dir); openErr == nil {
			return other, false, nil // another process cloned it meanwhile
		}
		return nil, false, err
	}
	m.Metrics.ClonedMirror()
	logger(ctx, logRepository, r.Name).Info("mirror cloned")
	return git, true, nil
}

// clearBroken puts aside what lies at a mirror's place and is no repository (a disk that lost files), so that it can be
// cloned again. Nothing is deleted.
func (m *Mirrors) clearBroken(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	aside := fmt.Sprintf("%s%s%d", dir, asideSuffix, time.Now().UnixNano())
	if err := os.Rename(dir, aside); err != nil {
		return insights.Errorf(insights.Unavailable, "mirror %s: put the broken one aside: %w", dir, err)
	}
	return nil
}

func (m *Mirrors) path(id int64) string { return filepath.Join(m.Dir, fmt.Sprintf("%d.git", id)) }

// present reports whether the repository can be read without a clone.
func (m *Mirrors) present(r store.Repository) bool {
	if r.Local {
		return true
	}
	_, err := os.Stat(m.path(r.ID))
	return err == nil
}

// Refresh brings a repository and its commit index to the present: fetches it (unless it is local), reads what is new of
// its history, and records the sync, or the trouble. From then on the index answers for every instant up to the call.
func (m *Mirrors) Refresh(ctx context.Context, r store.Repository) (git *gitrepo.Repo, err error) {
	err = heartbeatWhile(ctx, "refresh "+r.Name, func() error {
		unlock, err := m.lock(ctx, r.ID)
		if err != nil {
			return err
		}
		defer unlock()
		at := time.Now() // before anything is read: what is pushed meanwhile is not in the index
		var result store.SyncResult
		git, result, err = m.refresh(ctx, r, at)
		err = ifRemoved(err)
		if failure := engine.AsFailure(err); failure != nil {
			m.Metrics.Synced(telemetry.Failed, 1)
			tell := logger(ctx, logRepository, r.Name).Warn
			if failure.Error() == r.Error { // told when it began
				tell = logger(ctx, logRepository, r.Name).Debug
			}
			tell("sync failed", "code", failure.Code, "error", failure)
			result = store.SyncResult{At: at, Err: failure.Error()}
		} else if err != nil {
			return err
		} else {
			m.Metrics.Synced(telemetry.Fetched, 1)
		}
		if recordErr := m.Store.Repositories.RecordSync(ctx, r.ID, result); recordErr != nil {
			return ifRemoved(recordErr)
		}
		return err
	})
	return git, err
}

// ifRemoved makes trouble of the repository's own of the store's answer that there is no such repository any more.
func ifRemoved(err error) error {
	if insights.ErrorCode(err) == insights.NotFound && engine.AsFailure(err) == nil {
		return &engine.Failure{Code: insights.ReasonRepositoryRemoved, Err: err}
	}
	return err
}

func (m *Mirrors) refresh(ctx context.Context, r store.Repository, at time.Time) (*gitrepo.Repo, store.SyncResult, error) {
	none := store.SyncResult{}
	var git *gitrepo.Repo
	var err error
	if r.Local {
		if git, err = engine.Open(ctx, r.Location); err != nil {
			return nil, none, err
		}
	} else {
		var fresh bool
		if git, fresh, err = m.openOrClone(ctx, r); err != nil {
			return nil, none, err
		}
		if !fresh {
			if err := m.remotely(ctx, r, fetchTimeout, git.Fetch); err != nil {
				return nil, none, err
			}
		}
	}
	result := store.SyncResult{At: at, SizeBytes: objectStoreSize(git.Dir())}
	branch, tip, err := engine.Branch(ctx, git)
	switch {
	case errors.Is(err, gitrepo.ErrNoCommits):
		err = m.index(ctx, r.ID, git, "", at)
	case err != nil:
		return nil, none, err
	default:
		result.DefaultBranch, result.Head = branch, string(tip)
		err = m.index(ctx, r.ID, git, tip, at)
	}
	return git, result, err
}

// remotely does what asks a repository's host, three times at the most, each within the limit.
func (m *Mirrors) remotely(ctx context.Context, r store.Repository, limit time.Duration, do func(context.Context) error) error {
	return engine.Fail(ctx, insights.ReasonFetchFailed, m.hosts.reach(ctx, r.Location, time.Now, func() error {
		return patiently(ctx, func() error {
			limited, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return do(limited)
		})
	}))
}

// patiently tries a remote three times: hosts refuse now and then.
func patiently(ctx context.Context, try func() error) error {
	for _, wait := range []time.Duration{time.Second, 4 * time.Second} {
		err := try()
		if err == nil || !insights.ErrorCode(err).Retryable() {
			return err
		}
		if pause(ctx, wait) != nil {
			return err
		}
	}
	return try()
}

// objectStoreSize is the size of the object files in bytes, for estimates of cost: 0 where they lie elsewhere (a linked work
// tree), and short of what cannot be read.
func objectStoreSize(dir string) int64 {
	objects := filepath.Join(dir, "objects")
	if _, err := os.Stat(objects); err != nil {
		objects = filepath.Join(dir, ".git", "objects")
	}
	var size int64
	_ = filepath.WalkDir(objects, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // an estimate does without what it cannot see
		}
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return size
}
