package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backsight/backsight/insights"
)

// DefaultBranch returns the repository's default branch and its tip; Backsight reads the history of
// that branch. In a bare repository it is the branch that HEAD names. In a work tree it is the
// branch that origin/HEAD names, or else the one that HEAD names. A detached HEAD gives the ref
// "HEAD". If these branches do not exist, it is the only local branch, or else main, or else
// master; if there are no local branches, it is chosen in the same way among the branches of the
// remote. The remote is origin or, if there is none of that name, the only remote. BranchNotice
// says when another branch may have been meant.
//
// The error is ErrNoCommits when there are no such branches at all. It is an *insights.Error with
// code NotFound when several branches exist and none of them is the default one, and with code
// Unavailable when a ref on the way to the tip, or the tip itself, is damaged, or when refs have
// been lost. A damaged or lost ref never counts as absent.
func (r *Repo) DefaultBranch(ctx context.Context) (ref string, tip OID, err error) {
	candidates := []string{"HEAD"}
	if head := r.remoteHead(); head != "" {
		candidates = []string{head, "HEAD"}
	}
	target := ""
	for _, name := range candidates {
		if ref, tip, ok := r.plainBranch(ctx, name); ok {
			return ref, tip, nil
		}
		if err := r.checkFiles(name); err != nil {
			return "", "", err
		}
		// This prints the commit's id, then the full name of the ref.
		out, err := r.output(ctx, "rev-parse", name+"^{commit}", "--symbolic-full-name", name)
		if err == nil {
			id, ref, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
			return ref, OID(id), nil
		}
		if ctx.Err() != nil {
			return "", "", err
		}
		if target, err = r.absentTarget(ctx, name); err != nil {
			return "", "", err
		}
	}
	return r.branchInstead(ctx, target)
}

// absentTarget returns the ref whose absence is the reason that git cannot read name^{commit}: the
// ref `name` or, when that ref is symbolic, the last ref in its chain. It returns an error when the
// chain ends in an object id, or when git cannot read a ref of the chain. Callers must have failed
// to read name^{commit}.
func (r *Repo) absentTarget(ctx context.Context, name string) (string, error) {
	named, err := r.output(ctx, "rev-parse", "--verify", "--quiet", name)
	if err == nil {
		return "", r.noCommit(name, strings.TrimSpace(string(named)))
	}
	if exitCode(err) != 1 {
		return "", errors.Join(insights.Errorf(insights.Unavailable, "repository %s: %s cannot be read", r.dir, name), err)
	}
	// rev-parse fails alike for an absent ref and for a damaged one. symbolic-ref follows the chain
	// and exits with 0 or 1 when the last ref is absent, and with 128 when a ref is damaged or when
	// the chain has no end.
	target, err := r.output(ctx, "symbolic-ref", "--quiet", name)
	if err == nil {
		return strings.TrimSpace(string(target)), nil
	}
	if exitCode(err) == 1 {
		return name, nil
	}
	broken, ok := errors.AsType[*Error](err)
	if !ok || exitCode(err) != 128 {
		return "", err
	}
	damaged, err := r.damagedRefs(ctx)
	if err != nil {
		return "", err
	}
	return "", insights.Errorf(insights.Unavailable,
		"repository %s: %s leads to a ref that is damaged or leads back to itself; restore that ref, for example with git update-ref; git says: %s",
		r.dir, name, strings.Join(slices.DeleteFunc([]string{broken.Stderr, damaged}, func(s string) bool { return s == "" }), "; "))
}

// damagedRefs returns what git says about refs that it cannot read, such as "warning: ignoring
// broken ref refs/heads/main", or "" when it can read all refs. It reads every ref.
func (r *Repo) damagedRefs(ctx context.Context) (string, error) {
	cmd := command(ctx, reading, r.gitDir, "for-each-ref", "--format=")
	// Exit status 128 means that git cannot read packed-refs; its message says so.
	if _, err := outputOf(cmd); err != nil && (ctx.Err() != nil || exitCode(err) != 128) {
		return "", r.wrap(ctx, "for-each-ref", cmd, err)
	}
	head, _ := cmd.Stderr.(*stderrHead) // set by command
	return head.String(), nil
}

// afterColon returns ": " and the text, or "" when the text is empty.
func afterColon(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

// branchInstead returns the branch to read when the ref `target`, to which HEAD leads, does not
// exist.
func (r *Repo) branchInstead(ctx context.Context, target string) (ref string, tip OID, err error) {
	lost, err := r.lostRefs(ctx, target)
	if err != nil {
		return "", "", err
	}
	if lost != "" {
		return "", "", insights.Errorf(insights.Unavailable,
			"repository %s: HEAD leads to %s, which does not exist, and the repository has lost refs: %s; restore them, for example with git fetch or git update-ref",
			r.dir, target, lost)
	}
	folder := "refs/heads"
	list, err := r.branches(ctx, folder)
	if err == nil && len(list) == 0 {
		folder, list, err = r.remoteBranches(ctx)
	}
	switch {
	case err != nil:
		return "", "", err
	case len(list) == 0:
		return "", "", fmt.Errorf("repository %s: %w", r.dir, ErrNoCommits)
	case len(list) == 1:
		return r.commitOf(ctx, list[0])
	}
	for _, name := range []string{"main", "master"} {
		if i := slices.IndexFunc(list, func(b branch) bool { return b.ref == folder+"/"+name }); i >= 0 {
			return r.commitOf(ctx, list[i])
		}
	}
	return "", "", insights.Errorf(insights.NotFound,
		"repository %s: HEAD points to a branch that does not exist (%s), and several other branches could be meant; "+
			"set HEAD to an existing branch, for example %s, or name a branch with backsight history --rev", r.dir, target, list[0].ref)
}

// branch is a branch and its newest commit.
type branch struct {
	ref string
	tip OID
}

// commitOf returns the fields of a branch. It returns an error if the tip of the branch is missing,
// damaged or not a commit.
func (r *Repo) commitOf(ctx context.Context, b branch) (ref string, tip OID, err error) {
	if _, err := r.output(ctx, "rev-parse", "--verify", "--quiet", string(b.tip)+"^{commit}"); err == nil || ctx.Err() != nil {
		return b.ref, b.tip, err
	}
	return "", "", r.noCommit(b.ref, string(b.tip))
}

func (r *Repo) noCommit(ref, id string) error {
	return insights.Errorf(insights.Unavailable, "repository %s: %s points to %s, which is missing, cannot be read, or is not a commit", r.dir, ref, id)
}

// branches lists the branches that git for-each-ref prints, sorted by name unless the arguments say
// otherwise, without symbolic refs and the HEADs of remotes.
func (r *Repo) branches(ctx context.Context, args ...string) (list []branch, err error) {
	out, err := r.output(ctx, append([]string{"for-each-ref", "--format=%(objectname) %(refname) %(symref)"}, args...)...)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && !(strings.HasPrefix(fields[1], remotes) && strings.HasSuffix(fields[1], "/HEAD")) {
			list = append(list, branch{fields[1], OID(fields[0])})
		}
	}
	return list, nil
}

// lostRefs looks for signs that the repository has lost refs. It returns a description of the first
// sign that it finds, or "". `target` is the ref that HEAD leads to, which does not exist. After a
// crash of the machine, files of refs can be empty or missing; git then reports that the branch has
// no commits.
func (r *Repo) lostRefs(ctx context.Context, target string) (string, error) {
	damaged, err := r.damagedRefs(ctx)
	if err != nil || damaged != "" {
		return damaged, err
	}
	// git never writes a packed-refs file without a header.
	if info, err := os.Stat(filepath.Join(filepath.Dir(r.objects), "packed-refs")); err == nil && info.Size() == 0 {
		return "the file packed-refs is empty", nil
	}
	// git removes the reflog of a branch together with the branch.
	_, err = r.output(ctx, "reflog", "exists", target)
	if err == nil {
		return target + " is missing, but its reflog exists", nil
	}
	if exitCode(err) == 1 {
		return "", nil
	}
	return "", err
}
