package gitrepo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/backsight/backsight/insights"
)

// A BrokenHistory is the error of a walk along first parents that reaches a commit which is missing
// or damaged. The function that returns it also returns the commits before the break, newest first,
// from the tip to Child. They are correct, so the commit as of a time that is not before all of
// theirs is known.
type BrokenHistory struct {
	Dir     string  // of the repository
	Child   OID     // the oldest commit that can be read
	Parent  OID     // its first parent, which cannot be read
	Problem Problem // what is wrong with Parent
	Err     error   // what git said
}

func (b *BrokenHistory) Error() string {
	return fmt.Sprintf("repository %s: the history before commit %s cannot be read: its parent %s: %s; fetch the missing commits, or restore them from another clone: %v",
		b.Dir, b.Child, b.Parent, b.Problem, b.Err)
}

// Unwrap returns what git said.
func (b *BrokenHistory) Unwrap() error { return b.Err }

// AsBrokenHistory returns the BrokenHistory in err's chain, or nil.
func AsBrokenHistory(err error) *BrokenHistory {
	broken, _ := errors.AsType[*BrokenHistory](err)
	return broken
}

// maxOverlap is the number of commits that continueWalk reads after the last one that git printed.
// git fails before it prints the child of a missing commit, so the break is two commits away.
const maxOverlap = 16

// continueWalk continues a walk that git could not complete, because of failed, after the commit
// last; "" means that git printed no commit. It returns the commits that git did not print and a
// *BrokenHistory. The error is nil if each ends the walk before the break, and failed if there is
// no break.
func (r *Repo) continueWalk(ctx context.Context, tip, last OID, failed error, each func(Commit) (keep, more bool)) (commits []Commit, err error) {
	// Grafts replace the parents that a commit records.
	if _, err := os.Lstat(filepath.Join(r.gitDir, "info", "grafts")); !errors.Is(err, fs.ErrNotExist) || exitCode(failed) != 128 {
		return nil, failed
	}
	objects, err := r.Objects()
	if err != nil {
		return nil, err
	}
	defer objects.Close()
	child, id := OID(""), cmp.Or(last, tip)
	for range maxOverlap {
		c, parent, problem, err := readCommit(ctx, objects, id)
		switch {
		case err != nil:
			return nil, err
		case problem != "" && child == "":
			return nil, failed // the tip itself cannot be read
		case problem != "":
			return commits, &BrokenHistory{Dir: r.dir, Child: child, Parent: id, Problem: problem, Err: failed}
		}
		if id != last {
			keep, more := each(c)
			if keep {
				commits = append(commits, c)
			}
			if !more {
				return commits, nil
			}
		}
		if parent == "" {
			break
		}
		child, id = id, parent
	}
	return nil, failed
}

// readCommit reads one commit. problem says why it cannot be read; it is "" when it can.
func readCommit(ctx context.Context, objects *Objects, id OID) (c Commit, parent OID, problem Problem, err error) {
	hash, ok := HashOf(id)
	if !ok {
		return c, "", "", insights.Errorf(insights.Invalid, "%q is not an object id", id)
	}
	err = objects.Read(ctx, []Hash{hash}, ReadOptions{Workers: 1}, func(_, _ int, object *Object) error {
		c.ID, problem = id, object.Problem
		if problem == "" {
			if c.Time, parent, ok = parsePlainCommit(object.Data); !ok || object.Kind != KindCommit {
				problem = Corrupt
			}
		}
		return nil
	})
	return c, parent, problem, err
}
