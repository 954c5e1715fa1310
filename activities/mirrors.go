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

// Mirrors opens and updates the repositories on this machine. A local repository is read in place
// and never written. Every other repository has a mirror below Dir, which is cloned when it is
// first needed. Safe for concurrent use; two processes may share Dir.
type Mirrors struct {
	Store *store.Store
	// Dir holds <id>.git for each repository that is not local.
	Dir     string
	Metrics *telemetry.Metrics

	// locks has a chan struct{} of capacity 1 per repository id, so that this process runs only one
	// clone, fetch or update of the commit index of a repository at a time.
	locks sync.Map
	hosts hosts
}

// Time-outs of one git command. Without them, a host that stops answering would occupy a worker's
// slot for ever.
const (
	cloneTimeout = 90 * time.Minute
	fetchTimeout = 15 * time.Minute
)

// lock waits until the caller may change the mirror or the commit index of a repository.
func (m *Mirrors) lock(ctx context.Context, id int64) (unlock func(), err error) {
	value, _ := m.locks.LoadOrStore(id, make(chan struct{}, 1))
	token := value.(chan struct{})
	select {
	case token <- struct{}{}:
		return func() { <-token }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Open returns the repository, and clones it first if its mirror is missing or is not a repository.
// A failure of the repository is an *engine.Failure.
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

// openOrClone opens or clones a mirror. The caller must hold its lock. `fresh` is true if this call
// cloned the mirror.
func (m *Mirrors) openOrClone(ctx context.Context, r store.Repository) (git *gitrepo.Repo, fresh bool, err error) {
	dir := m.path(r.ID)
	// Only NotFound says that the folder is not a repository. When ctx ends, or git is killed or
	// cannot be started, opening an undamaged mirror fails, too.
	if git, err = engine.Open(ctx, dir); err == nil || insights.ErrorCode(err) != insights.NotFound {
		return git, false, err
	}
	if err := m.clearBroken(dir); err != nil {
		return nil, false, err
	}
	err = m.withHost(ctx, r, cloneTimeout, func(ctx context.Context) (err error) {
		git, err = gitrepo.CloneMirror(ctx, r.Location, dir)
		return err
	})
	if err != nil {
		if other, openErr := gitrepo.Open(ctx, dir); openErr == nil {
			return other, false, nil // another process has cloned it meanwhile
		}
		return nil, false, err
	}
	m.Metrics.ClonedMirror()
	logger(ctx, logRepository, r.Name).Info("mirror cloned")
	return git, true, nil
}

// clearBroken renames a folder that is at a mirror's path but is not a repository, for example
// after a disk lost files, so that the mirror can be cloned again. It deletes nothing, and it does
// not rename a folder that it cannot read.
func (m *Mirrors) clearBroken(dir string) error {
	switch _, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return insights.Errorf(insights.Unavailable, "mirror %s: %w", dir, err)
	}
	aside := fmt.Sprintf("%s%s%d", dir, asideSuffix, time.Now().UnixNano())
	if err := os.Rename(dir, aside); err != nil {
		return insights.Errorf(insights.Unavailable, "mirror %s: rename the broken folder: %w", dir, err)
	}
	return nil
}

func (m *Mirrors) path(id int64) string { return filepath.Join(m.Dir, fmt.Sprintf("%d.git", id)) }

// present reports whether the repository is local, or the folder of its mirror exists.
func (m *Mirrors) present(r store.Repository) bool {
	if r.Local {
		return true
	}
	_, err := os.Stat(m.path(r.ID))
	return err == nil
}

// Refresh brings a repository and its commit index up to date. It fetches the mirror (a local
// repository has none), reads the new commits, and records the sync or its failure. After a success
// the commit index is complete for every time up to the call, except for a repository that cannot
// be indexed; see index.
func (m *Mirrors) Refresh(ctx context.Context, r store.Repository) (git *gitrepo.Repo, err error) {
	err = heartbeatWhile(ctx, "refresh "+r.Name, func() error {
		unlock, err := m.lock(ctx, r.ID)
		if err != nil {
			return err
		}
		defer unlock()
		at := time.Now() // before reading, because the index may lack later commits
		var result store.SyncResult
		git, result, err = m.refresh(ctx, r, at)
		err = removedFailure(err)
		if failure := engine.AsFailure(err); failure != nil {
			m.Metrics.Synced(telemetry.Failed, 1)
			log := logger(ctx, logRepository, r.Name).Warn
			if failure.Error() == r.Error { // already logged when the failure began
				log = logger(ctx, logRepository, r.Name).Debug
			}
			log("sync failed", "code", failure.Code, "error", failure)
			result = store.SyncResult{At: at, Err: failure.Error()}
		} else if err != nil {
			return err
		} else {
			m.Metrics.Synced(telemetry.Fetched, 1)
		}
		if recordErr := m.Store.Repositories.RecordSync(ctx, r.ID, result); recordErr != nil {
			return removedFailure(recordErr)
		}
		return err
	})
	return git, err
}

// removedFailure turns the error "no such repository" of the store into a failure of this
// repository. It returns any other error unchanged.
func removedFailure(err error) error {
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
			// A repository that was removed and registered again can have another URL.
			if err := git.SetURL(ctx, r.Location); err != nil {
				return nil, none, engine.Fail(ctx, insights.ReasonFetchFailed, err)
			}
			if err := m.withHost(ctx, r, fetchTimeout, git.Fetch); err != nil {
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
		result.Notices = engine.Notices(ctx, git, branch, tip, "")
		err = m.index(ctx, r.ID, git, tip, at)
	}
	return git, result, err
}

// withHost calls the function do, which connects to the repository's host, at most three times.
// Each call may take as long as `limit`. While the host is known to be unreachable, withHost
// returns an error without a call; see hosts.
func (m *Mirrors) withHost(ctx context.Context, r store.Repository, limit time.Duration, do func(context.Context) error) error {
	return engine.Fail(ctx, insights.ReasonFetchFailed, m.hosts.reach(ctx, r.Location, time.Now, func() error {
		return withRetries(ctx, func() error {
			limited, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return do(limited)
		})
	}))
}

// withRetries calls the function try up to three times, while its error is retryable, because hosts
// sometimes refuse a connection.
func withRetries(ctx context.Context, try func() error) error {
	for _, wait := range []time.Duration{time.Second, 4 * time.Second} {
		err := try()
		if err == nil || !insights.ErrorCode(err).Retryable() {
			return err
		}
		if sleep(ctx, wait) != nil {
			return err
		}
	}
	return try()
}

// objectStoreSize returns the size of the object files in bytes, for estimates of cost. It returns
// 0 if they are elsewhere (a linked work tree), and leaves out files that it cannot read.
func objectStoreSize(dir string) int64 {
	objects := filepath.Join(dir, "objects")
	if _, err := os.Stat(objects); err != nil {
		objects = filepath.Join(dir, ".git", "objects")
	}
	var size int64
	_ = filepath.WalkDir(objects, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // the estimate leaves out what it cannot read
		}
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return size
}
