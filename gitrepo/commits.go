package gitrepo

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
)

// Commit is one commit of a first-parent history.
type Commit struct {
	ID   OID
	Time time.Time // committer date in UTC, second precision; see LatestTime
}

// LatestTime is the greatest Time of a Commit. git reads a committer date as an unsigned number of
// seconds since 1970. It reads a date that is not a number as 0, a negative date as 2^64 minus its
// absolute value, and a date above 2^64 as 2^64-1. So `git rev-list --before` takes a commit with a
// negative date for a commit of the far future. A Commit has the date that git reads. If that date
// is later than LatestTime, the Commit has LatestTime instead, because RFC 3339 cannot express a
// later date. So no sample time may be LatestTime or later.
//
// If the repository has a commit-graph file, git reads the dates from that file, which holds their
// lower 34 bits (until the year 2514).
var LatestTime = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)

// commitTime returns the time of a committer date.
func commitTime(seconds uint64) time.Time {
	return time.Unix(int64(min(seconds, uint64(LatestTime.Unix()))), 0).UTC()
}

// Resolve returns the commit that the revision rev names. The error is an *insights.Error with code
// NotFound when rev names no commit, and with code Invalid when rev is empty or begins with "-".
func (r *Repo) Resolve(ctx context.Context, rev string) (OID, error) {
	if rev == "" || strings.HasPrefix(rev, "-") {
		return "", insights.Errorf(insights.Invalid, "repository %s: %q is not a revision", r.dir, rev)
	}
	commit := rev + "^{commit}"
	if strings.HasPrefix(rev, ":/") {
		// git searches the messages of commits for the whole rest of the text. It would take
		// "^{commit}" for a part of the message. What it finds is always a commit.
		commit = rev
	}
	out, err := r.output(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", commit)
	if err != nil {
		if exitCode(err) != 1 {
			// With --quiet, git does not say what is wrong, for example that a reflog is too short.
			_, told := r.output(ctx, "rev-parse", "--verify", "--end-of-options", commit)
			return "", cmp.Or(told, err)
		}
		damaged, err := r.damagedRefs(ctx)
		if err != nil {
			return "", err
		}
		return "", insights.Errorf(insights.NotFound, "repository %s: %q names no commit%s", r.dir, rev, afterColon(damaged))
	}
	return OID(strings.TrimSpace(string(out))), nil
}

// FirstParents returns the first-parent history of `tip`, newest first. The walk ends before the
// commit `stop`. When `stop` is empty, or is not in that history because the history was rewritten,
// the walk ends at the root, or at the end of a shallow clone: the whole history is returned. When
// `tip` can be read, but another commit on the way is missing or damaged, FirstParents returns a
// *BrokenHistory and the commits from `tip` to the break.
func (r *Repo) FirstParents(ctx context.Context, tip, stop OID) ([]Commit, error) {
	return r.walk(ctx, tip, func(c Commit) (keep, more bool) { return c.ID != stop, c.ID != stop })
}

// FirstParentsSince returns the first-parent history of `tip`, newest first, up to and including
// the first commit whose time is not after t. This is what [AsOf] needs for t and later times. The
// cost depends on the number of commits after t, not on the length of the history. Errors are as
// for FirstParents.
func (r *Repo) FirstParentsSince(ctx context.Context, tip OID, t time.Time) ([]Commit, error) {
	return r.walk(ctx, tip, func(c Commit) (keep, more bool) { return true, c.Time.After(t) })
}

// walk lists first parents from `tip` on. It calls `each` with every commit. If `keep` is true, the
// commit is added to the result; if `more` is true, the walk continues. The walk may start again at
// `tip`, so the results of `each` must depend only on the commit.
func (r *Repo) walk(ctx context.Context, tip OID, each func(Commit) (keep, more bool)) ([]Commit, error) {
	if !tip.Valid() {
		return nil, insights.Errorf(insights.Invalid, "repository %s: %q is not an object id", r.dir, tip)
	}
	if commits, ok := r.walkPlain(ctx, tip, each); ok {
		return commits, nil
	}
	walking, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := command(walking, reading, r.gitDir, "rev-list", "--first-parent", "--timestamp", string(tip), "--")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, r.wrap(ctx, "rev-list", cmd, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, r.wrap(ctx, "rev-list", cmd, err)
	}
	last := OID("")
	commits, stopped, readErr := readCommits(stdout, func(c Commit) (keep, more bool) {
		last = c.ID
		return each(c)
	})
	var waitErr error
	if stopped || readErr != nil {
		cancel()
		_ = cmd.Wait() // the cancelled context killed git, so its exit status means nothing
	} else {
		waitErr = cmd.Wait()
	}
	if readErr != nil {
		return nil, fmt.Errorf("repository %s: git rev-list: %w", r.dir, readErr)
	}
	if commits, err = r.verifyWalk(ctx, commits); err != nil {
		return commits, err
	}
	if waitErr != nil {
		rest, err := r.continueWalk(ctx, tip, last, r.wrap(ctx, "rev-list", cmd, waitErr), each)
		if err != nil && AsBrokenHistory(err) == nil {
			return nil, err
		}
		return append(commits, rest...), err
	}
	return commits, nil
}

// readCommits parses lines of the form "<seconds> <id>".
func readCommits(from io.Reader, each func(Commit) (keep, more bool)) (commits []Commit, stopped bool, err error) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		seconds, id, ok := strings.Cut(lines.Text(), " ")
		unix, err := strconv.ParseUint(seconds, 10, 64)
		if !ok || err != nil || !OID(id).Valid() {
			return nil, false, fmt.Errorf("unexpected line %q", lines.Text())
		}
		c := Commit{ID: OID(id), Time: commitTime(unix)}
		keep, more := each(c)
		if keep {
			commits = append(commits, c)
		}
		if !more {
			return commits, true, nil
		}
	}
	return commits, false, lines.Err()
}

// AsOf returns the first commit of newestFirst whose time is not after t. This is the commit that
// `git rev-list -1 --first-parent --before=t` prints. Commit dates need not be in order: the order
// of the walk decides, not the greatest date. ok is false when every commit is later than t: the
// repository did not exist at t or, if it is a shallow clone, its state at t is unknown.
func AsOf(newestFirst []Commit, t time.Time) (commit Commit, ok bool) {
	for _, c := range newestFirst {
		if !c.Time.After(t) {
			return c, true
		}
	}
	return Commit{}, false
}
