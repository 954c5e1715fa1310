package gitrepo

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// BranchNotice returns a sentence for people if they may have meant a branch other than `ref`, the
// default branch, whose newest commit is `tip`. Otherwise it returns "". The sentence names both
// branches and, if the other one exists, how far apart they are. "The HEAD of the remote" is that
// of origin or, if there is no origin, of the only remote. The cases are:
//
//   - The HEAD of the remote names a branch that does not exist.
//   - There is no HEAD of the remote, and the repository's own HEAD names a branch that does not
//     exist.
//   - In a clone, the checked-out branch is at another commit than the branch that the HEAD of the
//     remote names.
//   - The last fetch did not find the branch that the HEAD of the remote names, for example because
//     the remote has renamed it, and another branch of the remote contains it.
//
// If there is nothing to say, BranchNotice usually reads a few small files and starts no process.
// It starts git if the repository is a linked work tree, has SHA-256 ids, or keeps its refs in the
// reftable format.
func (r *Repo) BranchNotice(ctx context.Context, ref string, tip OID) (string, error) {
	head, err := r.refOf(ctx, "HEAD")
	if err != nil {
		return "", err
	}
	unborn := ""
	if head.tip == "" {
		unborn = fmt.Sprintf("HEAD names %s, which does not exist; %s is searched", head.ref, ref)
	}
	remoteHead := r.remoteHead()
	if remoteHead == "" {
		return unborn, nil
	}
	named, err := r.refOf(ctx, remoteHead)
	remote := strings.TrimSuffix(strings.TrimPrefix(remoteHead, remotes), "/HEAD")
	ask := fmt.Sprintf("; to ask the remote for its default branch, run git remote set-head %s --auto", remote)
	switch {
	case err != nil:
		return "", err
	case named.ref == "" || named.ref == remoteHead && named.tip == "": // there is none
		return unborn, nil
	case named.tip == "":
		other, err := r.newerBranch(ctx, remote, ref, tip)
		return fmt.Sprintf("%s/HEAD names %s, which does not exist; %s is searched%s%s", remote, named.ref, ref, other, ask), err
	case head.tip != "" && head.tip != tip:
		apart, err := r.distance(ctx, tip, head.tip)
		return fmt.Sprintf("%s is searched, because %s/HEAD names it; the checked-out branch %s is %s", ref, remote, head.ref, apart), err
	}
	lacks, err := r.lastFetchLacks(ctx, remote, strings.TrimPrefix(ref, remotes+remote+"/"))
	if err != nil || !lacks {
		return "", err
	}
	other, err := r.newerBranch(ctx, remote, ref, tip)
	if err != nil || other == "" {
		return "", err
	}
	return fmt.Sprintf("%s is searched, because %s/HEAD names it, but the last fetch did not find it%s%s", ref, remote, other, ask), nil
}

// refOf follows the ref `name` to the ref that it leads to, and returns that ref and its commit.
// The commit is "" if that ref does not exist. The result is empty if `name` itself does not exist.
func (r *Repo) refOf(ctx context.Context, name string) (branch, error) {
	if r.keepsRefsInFiles() {
		if ref, tip, ok := r.followRef(name); ok {
			return branch{ref, tip}, nil
		}
	}
	out, err := r.output(ctx, "rev-parse", "--verify", "--quiet", name+"^{commit}")
	tip := OID(strings.TrimSpace(string(out)))
	if err != nil && exitCode(err) != 1 {
		return branch{}, err
	}
	target, err := r.output(ctx, "symbolic-ref", "--quiet", name)
	switch {
	case err == nil:
		return branch{strings.TrimSpace(string(target)), tip}, nil
	case exitCode(err) == 1 && tip != "":
		return branch{name, tip}, nil // detached
	case exitCode(err) == 1:
		return branch{}, nil
	}
	return branch{}, err
}

// newerBranch returns a clause that names a newer branch of the remote than `ref`: one that
// contains `tip` and is at another commit. It returns "" if there is none.
func (r *Repo) newerBranch(ctx context.Context, remote, ref string, tip OID) (string, error) {
	list, err := r.branches(ctx, "--contains="+string(tip), "--sort=-committerdate", remotes+remote)
	if err != nil {
		return "", err
	}
	for _, b := range list {
		if b.ref != ref && b.tip != tip {
			apart, err := r.distance(ctx, tip, b.tip)
			return fmt.Sprintf("; %s is %s", b.ref, apart), err
		}
	}
	return "", nil
}

// distance says how many commits b is ahead of and behind a.
func (r *Repo) distance(ctx context.Context, a, b OID) (string, error) {
	out, err := r.output(ctx, "rev-list", "--left-right", "--count", string(a)+"..."+string(b), "--")
	if err != nil {
		return "", err
	}
	var behind, ahead int
	if _, err := fmt.Sscan(string(out), &behind, &ahead); err != nil {
		return "", fmt.Errorf("repository %s: git rev-list --count printed %q", r.dir, out)
	}
	var parts []string
	for _, part := range []struct {
		n    int
		word string
	}{{ahead, "ahead of it"}, {behind, "behind it"}} {
		switch {
		case part.n == 1:
			parts = append(parts, "1 commit "+part.word)
		case part.n > 1:
			parts = append(parts, fmt.Sprintf("%d commits %s", part.n, part.word))
		}
	}
	return strings.Join(parts, " and "), nil
}

// lastFetchLacks reports whether the last git fetch fetched all branches of the remote, but did not
// find the branch `name`. It returns false after a fetch of other remotes or of some branches.
func (r *Repo) lastFetchLacks(ctx context.Context, remote, name string) (bool, error) {
	// A line is "<id> TAB not-for-merge TAB branch 'main' of <URL>". The second part is empty for a
	// branch that git pull merges, and for each branch that the command line of git fetch names.
	text, err := regular.ReadFile(filepath.Join(r.gitDir, "FETCH_HEAD"))
	if err != nil || !strings.Contains(string(text), "\tnot-for-merge\tbranch '") || strings.Contains(string(text), "\tbranch '"+name+"' of ") {
		return false, nil //nolint:nilerr // without the file, there was no fetch
	}
	out, err := r.output(ctx, "remote", "get-url", remote)
	if exitCode(err) > 0 { // the remote is not configured any more
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return strings.Contains(string(text)+"\n", "' of "+urlInFetchHead(string(out))+"\n"), nil
}

// urlInFetchHead returns a URL as git writes it to FETCH_HEAD: without the name and password of a
// user, and without slashes or .git at the end.
func urlInFetchHead(url string) string {
	url = strings.TrimSuffix(strings.TrimRight(strings.TrimSpace(url), "/"), ".git")
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	host, path, _ := strings.Cut(rest, "/")
	return scheme + "://" + host[strings.LastIndexByte(host, '@')+1:] + "/" + path
}
