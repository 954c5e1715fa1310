package gitrepo

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/backsight/backsight/insights"
)

// A BrokenHistory is the error when a walk along first parents reaches a commit that is missing or
// damaged. A function that returns a history also returns, with this error, the commits from the
// tip to Child, newest first. These commits are correct. So [AsOf] finds the right commit for every
// time at or after the earliest date among them.
type BrokenHistory struct {
	Dir     string  // the folder of the repository
	Child   OID     // the oldest commit that can be read
	Parent  OID     // its first parent, which cannot be read
	Problem Problem // what is wrong with Parent
	Err     error   // the details, usually what git said
}

func (b *BrokenHistory) Error() string {
	return fmt.Sprintf("repository %s: the history before commit %s cannot be read: its parent %s: %s; fetch the missing commits, or restore them from another clone: %v",
		b.Dir, b.Child, b.Parent, b.Problem, b.Err)
}

// Unwrap returns Err.
func (b *BrokenHistory) Unwrap() error { return b.Err }

// AsBrokenHistory returns the BrokenHistory in err's chain, or nil.
func AsBrokenHistory(err error) *BrokenHistory {
	broken, _ := errors.AsType[*BrokenHistory](err)
	return broken
}

// maxOverlap is the largest number of commits that continueWalk reads, beginning with the last one
// that git printed. git fails before it prints the child of a missing commit, so the missing commit
// is the second one after the last printed one.
const maxOverlap = 16

// continueWalk continues a walk after git has ended it with the error `failed`. `last` is the last
// commit that git printed, or "" if git printed none. continueWalk returns the commits that git did
// not print, and a *BrokenHistory. The error is nil if `each` ends the walk before the break. The
// error is `failed` if continueWalk finds no break.
func (r *Repo) continueWalk(ctx context.Context, tip, last OID, failed error, each func(Commit) (keep, more bool)) (commits []Commit, err error) {
	if exitCode(failed) != 128 { // with which git exits at a commit that it cannot read
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
		case errors.Is(err, errUnusualCommit):
			return nil, failed
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

// errUnusualCommit means that only git can tell the date or the parents of a commit.
var errUnusualCommit = errors.New("a commit in an unusual form")

// readCommit reads one commit. `problem` says why the commit cannot be read; "" means that it can.
// The error is errUnusualCommit for a commit that parsePlainCommit does not read.
func readCommit(ctx context.Context, objects *Objects, id OID) (c Commit, parent OID, problem Problem, err error) {
	hash, ok := HashOf(id)
	if !ok {
		return c, "", "", insights.Errorf(insights.Invalid, "%q is not an object id", id)
	}
	err = objects.Read(ctx, []Hash{hash}, ReadOptions{Workers: 1}, func(_, _ int, object *Object) error {
		c.ID, problem = id, object.Problem
		switch {
		case problem != "":
		case object.Kind != KindCommit:
			problem = Corrupt
		default:
			if c.Time, parent, ok = parsePlainCommit(object.Data); !ok {
				return errUnusualCommit
			}
		}
		return nil
	})
	return c, parent, problem, err
}
