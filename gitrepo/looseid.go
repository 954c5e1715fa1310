package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// verifyWalk reads those commits of a walk by git that are loose objects, and verifies that they
// have the ids that git printed. `commits` are all commits of the walk, newest first. If one of
// them is damaged or has another id, verifyWalk returns the commits before it and a *BrokenHistory,
// or only another error if it is the first commit.
//
// git verifies only the commit from which a walk starts. From another commit with the wrong id, git
// continues with the wrong parents. A commit that a commit-graph lists is not even read.
//
// verifyWalk lists at most 256 folders, and takes 50 µs for each commit that is loose. It does not
// verify commits in packs; see the package comment.
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
	first := len(commits) // the index of the newest commit that is damaged
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
