package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// verifyWalk verifies the commits of a walk, newest first, that are loose objects. If git read one
// from an object whose content has another id, the walk continued with the parents of another
// commit. git verifies the commit that a walk starts from, and no other. It reads no commit that is
// in a commit-graph, so the object may also be damaged. verifyWalk then returns the commits before
// this one, and a *BrokenHistory.
//
// It costs a look at each of at most 256 folders, and 50 µs for each commit that is loose. A
// commit in a pack is not verified; see the package comment.
func (r *Repo) verifyWalk(ctx context.Context, commits []Commit) ([]Commit, error) {
	loose := looseIDs{dir: r.objects, of: map[string]map[string]bool{}}
	var ids []Hash
	var at []int // by index in ids: the index in commits
	for i, c := range commits {
		if loose.has(c.ID) {
			hash, _ := HashOf(c.ID) // git printed the id, so it is valid
			ids, at = append(ids, hash), append(at, i)
		}
	}
	if loose.err != nil {
		return nil, fmt.Errorf("repository %s: list loose objects: %w", r.dir, loose.err)
	}
	if len(ids) == 0 {
		return commits, nil
	}
	objects, err := r.Objects()
	if err != nil {
		return nil, err
	}
	defer objects.Close()
	first := len(commits) // the newest commit that is damaged
	var problem Problem
	var detail error
	err = objects.Read(ctx, ids, ReadOptions{Workers: 1}, func(_, i int, object *Object) error {
		if object.Problem != "" && at[i] < first {
			first, problem = at[i], object.Problem
			detail = fmt.Errorf("commit %s: %s%s", objects.OID(ids[i]), problem, afterColon(object.Detail))
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case first == len(commits):
		return commits, nil
	case first == 0:
		return nil, fmt.Errorf("repository %s: %w", r.dir, detail)
	}
	return commits[:first], &BrokenHistory{Dir: r.dir, Child: commits[first-1].ID, Parent: commits[first].ID, Problem: problem, Err: detail}
}

// looseIDs lists the loose objects of the folder dir, one subfolder at a time.
type looseIDs struct {
	dir string
	of  map[string]map[string]bool // by the first two digits of ids: the other digits
	err error
}

func (l *looseIDs) has(id OID) bool {
	names, listed := l.of[string(id[:2])]
	if !listed {
		entries, err := os.ReadDir(filepath.Join(l.dir, string(id[:2])))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			l.err = err
		}
		names = make(map[string]bool, len(entries))
		for _, e := range entries {
			names[e.Name()] = true
		}
		l.of[string(id[:2])] = names
	}
	return names[string(id[2:])]
}
