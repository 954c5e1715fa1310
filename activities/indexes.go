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
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// Indexes are the history indexes on this machine: a cache below Dir, one file per repository, named by its id. A search of a
// repository without one leaves a wish, and Tend grants it. Nothing depends on them: without an index, or with one that is
// behind or damaged, a search reads more and finds the same. Safe for concurrent use; several processes may share Dir.
type Indexes struct {
	Store   *store.Store
	Mirrors *Mirrors
	Limits  *Limits
	Dir     string
	Logger  *slog.Logger
	Metrics *telemetry.Metrics

	budget  atomic.Int64
	refused sync.Map // name → the head at which it could not be indexed, so that it is not tried again until it moves
}

// SetBudget bounds what the indexes take on disk together, in bytes; 0 neither makes nor uses any, and leaves what is there.
func (x *Indexes) SetBudget(bytes int64) { x.budget.Store(bytes) }

// open returns the index of a repository, or nil. The caller closes it.
func (x *Indexes) open(id int64) *index.Index {
	if x == nil || x.budget.Load() == 0 {
		return nil
	}
	opened, err := x.dir().Open(indexName(id))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, index.ErrDamaged) {
			x.Logger.Warn("history index: search without it", "repositoryId", id, "error", err)
		}
		return nil
	}
	return opened
}

// told counts what a search found of indexes.
func (x *Indexes) told(opened bool, stats history.Stats) {
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

// Tend makes the indexes that searches wished for and extends those that are behind, one after the other, each begun only
// while no search runs. Trouble with one repository is logged and the others go on; the error is of the database, of the
// folder, or of ctx.
func (x *Indexes) Tend(ctx context.Context) error {
	if x.budget.Load() == 0 {
		return nil
	}
	names, err := x.dir().Names()
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(names))
	for _, name := range names {
		if id, err := strconv.ParseInt(name, 10, 64); err == nil { // others are not ours: `backsight history --index` may have made them
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
			err = x.tend(ctx, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tend brings the index of one repository to its head.
func (x *Indexes) tend(ctx context.Context, r store.Repository) error {
	name := indexName(r.ID)
	if refusedAt, _ := x.refused.Load(name); r.Head == "" || refusedAt == r.Head || !x.Mirrors.present(r) {
		return nil
	}
	if tip, cut := x.dir().Tip(name); tip == gitrepo.OID(r.Head) && !cut {
		return nil // where it was cut, a shallow clone may have been deepened: Update looks
	}
	if err := waitFor(ctx, x.Limits.idle, func() {}); err != nil {
		return err
	}
	tried, err := x.claim(name)
	if err != nil || tried == nil {
		return err
	}
	defer tried()
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
		x.Logger.Warn("history index: the repository is searched without one", "repository", r.Name, "error", err)
	case made && (stats.Rebuilt || stats.NewCommits > 0):
		x.Metrics.IndexUpdated(telemetry.Done)
		x.Logger.Info("history index made", "repository", r.Name, "took", time.Since(began), "bytes", stats.Size, "ofText", stats.Text)
	}
	return nil
}

// tryAgainAfter is how long a repository is left alone after a process died while it was indexing it.
const tryAgainAfter = time.Hour

// claim notes on disk that a repository is being indexed. It returns nil when such a note is there already: another process is at
// it, or one died of it, perhaps for want of memory, and a worker that is started again must not die of it again at once.
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
			x.Logger.Warn("history index: its repository will rest for an hour", "note", note, "error", err)
		}
	}, nil
}
