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
	"sync"
	"sync/atomic"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// Indexes manages the history indexes on this machine. They are a cache below Dir: one file per
// repository, named by the repository's id. A search of a repository without an index requests one,
// and Update makes it. Results do not depend on indexes: if an index is missing, behind or damaged,
// a search reads more and finds the same. Safe for concurrent use; several processes may share Dir.
type Indexes struct {
	Store   *store.Store
	Mirrors *Mirrors
	Limits  *Limits
	Dir     string
	Logger  *slog.Logger
	Metrics *telemetry.Metrics

	budget  atomic.Int64
	refused sync.Map // name → head; indexing failed at this head and is not tried again at it
}

// SetBudget bounds the total size of the indexes on disk, in bytes. With 0, no index is made or
// used, and existing files stay.
func (x *Indexes) SetBudget(bytes int64) { x.budget.Store(bytes) }

// open returns the index of a repository, or nil if it has no usable one. The caller must close it.
func (x *Indexes) open(id int64) *index.Index {
	if x == nil || x.budget.Load() == 0 {
		return nil
	}
	opened, err := x.dir().Open(indexName(id))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, index.ErrDamaged) {
			x.Logger.Warn("history index cannot be opened; the search runs without it", "repositoryId", id, "error", err)
		}
		return nil
	}
	return opened
}

// countLookup counts in the metrics whether a search could use an index.
func (x *Indexes) countLookup(opened bool, stats history.Stats) {
	switch {
	case x == nil || x.budget.Load() == 0:
	case stats.Indexed:
		x.Metrics.IndexLookup(telemetry.Hit)
	case errors.Is(stats.IndexProblem, index.ErrDamaged):
		x.Metrics.IndexLookup(telemetry.Damaged)
	case opened:
		x.Metrics.IndexLookup(telemetry.Behind)
	default:
		x.Metrics.IndexLookup(telemetry.Miss)
	}
}

func (x *Indexes) dir() index.Dir { return index.Dir{Path: x.Dir, MaxBytes: x.budget.Load()} }

func indexName(id int64) string { return strconv.FormatInt(id, 10) }

// Update makes the indexes that searches have requested, extends those that are behind, and deletes
// those of removed repositories, one after the other. It begins each index only while no search
// runs. It logs the failure of a single repository and continues. It returns the error of ctx, and
// errors of the database and of the folder Dir.
func (x *Indexes) Update(ctx context.Context) error {
	if x.budget.Load() == 0 {
		return nil
	}
	names, err := x.dir().Names()
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(names))
	for _, name := range names {
		if id, err := strconv.ParseInt(name, 10, 64); err == nil { // not one of `history --index`
			ids = append(ids, id)
		}
	}
	known, err := x.Store.Repositories.ByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		r, ok := known[id]
		if !ok || r.DeletedAt != nil {
			err = x.dir().Delete(indexName(id))
		} else {
			err = x.updateOne(ctx, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// updateOne brings the index of one repository up to the repository's head.
func (x *Indexes) updateOne(ctx context.Context, r store.Repository) error {
	name := indexName(r.ID)
	if refusedAt, _ := x.refused.Load(name); r.Head == "" || refusedAt == r.Head || !x.Mirrors.present(r) {
		return nil
	}
	if tip, cut := x.dir().Tip(name); tip == gitrepo.OID(r.Head) && !cut {
		return nil // for a cut (shallow) history, index.Dir.Update checks whether it was deepened
	}
	if err := waitFor(ctx, x.Limits.idle, func() {}); err != nil {
		return err
	}
	release, err := x.claim(name)
	if err != nil || release == nil {
		return err
	}
	defer release()
	began := time.Now()
	git, err := x.Mirrors.Open(ctx, r)
	var stats index.Stats
	made := false
	if err == nil {
		stats, made, err = x.dir().Update(ctx, git, name, gitrepo.OID(r.Head))
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		x.refused.Store(name, r.Head)
		x.Metrics.IndexUpdated(telemetry.Failed)
		x.Logger.Warn("history index was not made or extended; searches of the repository read more", "repository", r.Name, "error", err)
	case made && (stats.Rebuilt || stats.NewCommits > 0):
		x.Metrics.IndexUpdated(telemetry.Done)
		x.Logger.Info("history index updated", "repository", r.Name, "took", time.Since(began), "bytes", stats.Size, "ofText", stats.Text)
		return x.noteUnsearched(ctx, r, name)
	}
	return nil
}

// noteUnsearched stores the notice about files that are not searched because they are binary,
// although their names are those of texts. It reads their number and paths from the updated index.
func (x *Indexes) noteUnsearched(ctx context.Context, r store.Repository, name string) error {
	updated, err := x.dir().Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was removed, because the indexes exceed their limit
	}
	var found history.Unsearched
	if err == nil {
		defer updated.Close()
		found, err = history.UnsearchedIn(updated)
	}
	if err != nil {
		x.Logger.Warn("the updated history index cannot be read", "repository", r.Name, "error", err)
		return nil
	}
	return x.Store.Repositories.SetUnsearched(ctx, r.ID, engine.UnsearchedNotice(found))
}

// tryAgainAfter is how long a repository is not indexed after a process crashed while it indexed
// that repository.
const tryAgainAfter = time.Hour

// claim records on disk that a repository is being indexed. It returns nil if there is such a
// record already that is younger than tryAgainAfter. In this case another process is indexing the
// repository, or a process crashed while it did so, perhaps for lack of memory. A restarted worker
// must not crash again immediately.
func (x *Indexes) claim(name string) (release func(), err error) {
	note := filepath.Join(x.Dir, name+".trying")
	if info, err := os.Stat(note); err == nil && time.Since(info.ModTime()) < tryAgainAfter {
		return nil, nil
	}
	if err := os.WriteFile(note, nil, 0o644); err != nil {
		return nil, fmt.Errorf("history indexes: %w", err)
	}
	return func() {
		if err := os.Remove(note); err != nil {
			x.Logger.Warn("history index: the file that marks the repository as being indexed was not deleted; "+
				"the next update of the index is possible in an hour", "file", note, "error", err)
		}
	}, nil
}
