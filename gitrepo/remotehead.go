package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// remotes is the folder of the branches of remotes, and of their HEADs.
const remotes = "refs/remotes/"

// originHead is the ref in which a clone records the default branch of the remote origin.
const originHead = remotes + "origin/HEAD"

// remoteHead returns the ref in which a clone records the default branch of its remote. This is
// origin/HEAD or, when the remote origin has none, the HEAD of the only remote that has one, as
// after `git clone --origin upstream`. remoteHead returns "" for a bare repository and when there
// is no such ref. A ref that it returns can be absent if the repository does not keep its refs in
// files. It never starts a process.
func (r *Repo) remoteHead() string {
	if r.bare {
		return ""
	}
	// git keeps symbolic refs in files, even after it has packed the other refs.
	folder := filepath.Join(filepath.Dir(r.objects), filepath.FromSlash(remotes))
	entries, _ := os.ReadDir(folder) // most repositories have no remotes
	var heads []string
	for _, e := range entries {
		if _, err := os.Lstat(filepath.Join(folder, e.Name(), "HEAD")); err == nil {
			heads = append(heads, remotes+e.Name()+"/HEAD")
		}
	}
	switch {
	case slices.Contains(heads, originHead):
		return originHead
	case r.keepsRefsInFiles() && !r.absentRef(originHead): // git did not put it in packed-refs
		return originHead
	case len(heads) == 1:
		return heads[0]
	case !r.keepsRefsInFiles():
		return originHead
	}
	return ""
}

// remoteOf returns the name of the remote whose HEAD or branch the ref is.
func remoteOf(ref string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(ref, remotes), "/")
	return name
}

// remoteBranches returns the branches of the remote origin, or of the only remote that has
// branches, and their folder. If several remotes have branches, and none of them is origin, it
// returns the branches of all remotes, and the folder that contains their folders.
func (r *Repo) remoteBranches(ctx context.Context) (folder string, list []branch, err error) {
	all := strings.TrimSuffix(remotes, "/")
	if list, err = r.branches(ctx, all); err != nil || len(list) == 0 {
		return all, nil, err
	}
	of := map[string][]branch{}
	for _, b := range list {
		of[remoteOf(b.ref)] = append(of[remoteOf(b.ref)], b)
	}
	first := remoteOf(list[0].ref)
	switch {
	case len(of["origin"]) > 0:
		return remotes + "origin", of["origin"], nil
	case len(of) == 1:
		return remotes + first, list, nil
	}
	return all, list, nil
}
