package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// verifyWalk returns an error if git read one of the commits from a loose object whose content has
// another id: then the walk continued with the parents of another commit. git verifies the commit
// that a walk starts from, and no other.
//
// It costs a look at each of at most 256 folders, and 50 µs for each commit that is loose. A
// commit in a pack is not verified; see the package comment.
func (r *Repo) verifyWalk(ctx context.Context, commits []Commit) error {
	loose := looseIDs{dir: r.objects, of: map[string]map[string]bool{}}
	var ids []Hash
	for _, c := range commits {
		if loose.has(c.ID) {
			hash, _ := HashOf(c.ID) // git printed the id, so it is valid
			ids = append(ids, hash)
		}
	}
	if loose.err != nil {
		return fmt.Errorf("repository %s: list loose objects: %w", r.dir, loose.err)
	}
	if len(ids) == 0 {
		return nil
	}
	objects, err := r.Objects()
	if err != nil {
		return err
	}
	defer objects.Close()
	return objects.Read(ctx, ids, ReadOptions{Workers: 1}, func(_, i int, object *Object) error {
		if object.Problem == "" {
			return nil
		}
		return fmt.Errorf("repository %s: commit %s: %s: %s", r.dir, objects.OID(ids[i]), object.Problem, object.Detail)
	})
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
