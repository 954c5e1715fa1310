package gitrepo

import (
	"bufio"
	"context"
	"errors"
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
	Time time.Time // committer date in UTC, second precision
}

// DefaultBranch returns the branch whose history is the repository's history, and its tip. It is what HEAD names in a
// bare repository; in a work tree it is what origin/HEAD names where that exists, else HEAD. A detached HEAD gives the
// ref "HEAD".
//
// The error is ErrNoCommits when the repository has no branch at all, and an *insights.Error with code NotFound when
// there are branches but the default one is not among them.
func (r *Repo) DefaultBranch(ctx context.Context) (ref string, tip OID, err error) {
	candidates := []string{"HEAD"}
	if !r.bare {
		candidates = []string{originHead, "HEAD"}
	}
	for _, name := range candidates {
		if name == originHead && r.absentRef(name) {
			continue
		}
		if ref, tip, ok := r.plainBranch(ctx, name); ok {
			return ref, tip, nil
		}
		// Prints the commit's id, then, after the flag, the name of the ref.
		out, err := r.output(ctx, "rev-parse", name+"^{commit}", "--symbolic-full-name", name)
		if err == nil {
			id, ref, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
			return ref, OID(id), nil
		}
		if ctx.Err() != nil {
			return "", "", err
		}
		// Is there no such ref, or is something wrong?
		named, err := r.output(ctx, "rev-parse", "--verify", "--quiet", name)
		if err == nil {
			return "", "", insights.Errorf(insights.Unavailable, "repository %s: %s names commit %s, which is missing or cannot be read",
				r.dir, name, strings.TrimSpace(string(named)))
		}
		if exitCode(err) != 1 {
			return "", "", errors.Join(insights.Errorf(insights.Unavailable, "repository %s: %s cannot be read", r.dir, name), err)
		}
	}
	heads, err := r.output(ctx, "for-each-ref", "--count=1", "--format=%(refname)", "refs/heads", "refs/remotes")
	if err != nil {
		return "", "", err
	}
	if len(heads) == 0 {
		return "", "", fmt.Errorf("repository %s: %w", r.dir, ErrNoCommits)
	}
	return "", "", insights.Errorf(insights.NotFound,
		"repository %s: HEAD names a branch that does not exist, while others do, for example %s; name one of them",
		r.dir, strings.TrimSpace(string(heads)))
}

// Resolve returns the commit that rev names. An *insights.Error with code NotFound says that there is none.
func (r *Repo) Resolve(ctx context.Context, rev string) (OID, error) {
	if rev == "" || strings.HasPrefix(rev, "-") {
		return "", insights.Errorf(insights.Invalid, "repository %s: %q is not a revision", r.dir, rev)
	}
	out, err := r.output(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		if exitCode(err) == 1 {
			return "", insights.Errorf(insights.NotFound, "repository %s: no commit is named %q", r.dir, rev)
		}
		return "", err
	}
	return OID(strings.TrimSpace(string(out))), nil
}

// FirstParents returns the first-parent history of tip, newest first. The walk ends before stop, or at the root when
// stop is empty or not in that history (it was rewritten): then the last commit's parent is not stop, and the whole
// history is returned.
func (r *Repo) FirstParents(ctx context.Context, tip, stop OID) ([]Commit, error) {
	return r.walk(ctx, tip, func(c Commit) (keep, more bool) { return c.ID != stop, c.ID != stop })
}

// FirstParentsSince is FirstParents up to and with the first commit that is not younger than t: what [AsOf] needs for
// times from t on. Costs what lies behind t, not the whole history.
func (r *Repo) FirstParentsSince(ctx context.Context, tip OID, t time.Time) ([]Commit, error) {
	return r.walk(ctx, tip, func(c Commit) (keep, more bool) { return true, c.Time.After(t) })
}

// walk lists first parents as long as each says so.
func (r *Repo) walk(ctx context.Context, tip OID, each func(Commit) (keep, more bool)) ([]Commit, error) {
	if !tip.Valid() {
		return nil, insights.Errorf(insights.Invalid, "repository %s: %q is not an object id", r.dir, tip)
	}
	if commits, ok := r.walkPlain(ctx, tip, each); ok {
		return commits, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := command(ctx, reading, r.gitDir, "rev-list", "--first-parent", "--timestamp", string(tip), "--")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, r.wrap(ctx, "rev-list", cmd, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, r.wrap(ctx, "rev-list", cmd, err)
	}
	commits, stopped, readErr := readCommits(stdout, each)
	if stopped || readErr != nil {
		cancel()
		_ = cmd.Wait() // ended by us: its status says nothing
	} else if err := cmd.Wait(); err != nil {
		return nil, r.wrap(ctx, "rev-list", cmd, err)
	}
	if readErr != nil {
		return nil, fmt.Errorf("repository %s: git rev-list: %w", r.dir, readErr)
	}
	return commits, nil
}

// readCommits reads "<seconds> <id>" lines.
func readCommits(from io.Reader, each func(Commit) (keep, more bool)) (commits []Commit, stopped bool, err error) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		seconds, id, ok := strings.Cut(lines.Text(), " ")
		unix, err := strconv.ParseInt(seconds, 10, 64)
		if !ok || err != nil || !OID(id).Valid() {
			return nil, false, fmt.Errorf("unexpected line %q", lines.Text())
		}
		c := Commit{ID: OID(id), Time: time.Unix(unix, 0).UTC()}
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

// AsOf returns the first commit of newestFirst whose time is not after t, which is what
// `git rev-list -1 --first-parent --before=t` prints. Dates need not be monotone: the order of the walk decides, not
// the greatest date. ok is false when every commit is younger than t: the repository did not exist then (or, when it is
// shallow, its state then is not known).
func AsOf(newestFirst []Commit, t time.Time) (commit Commit, ok bool) {
	for _, c := range newestFirst {
		if !c.Time.After(t) {
			return c, true
		}
	}
	return Commit{}, false
}
