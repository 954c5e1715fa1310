package gitrepo

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// remotes is the folder of the branches of remotes, and of their HEADs.
const remotes = "refs/remotes/"

// originHead is the ref in which a clone records the default branch of the remote origin.
const originHead = remotes + "origin/HEAD"

// remoteHead returns the ref in which a clone records the default branch of its remote. This is
// origin/HEAD or, when there are no refs of a remote origin, the HEAD of the only remote that has
// one, as after `git clone --origin upstream`. remoteHead returns "" for a bare repository and when
// there is no such ref. If the repository does not keep its refs in files, remoteHead can return a
// ref that does not exist. remoteHead never starts a process.
func (r *Repo) remoteHead() string {
	if r.bare {
		return ""
	}
	// git keeps symbolic refs in files, even after it has packed the other refs.
	common := filepath.Dir(r.objects)
	if _, err := os.Lstat(filepath.Join(common, filepath.FromSlash(originHead))); err == nil {
		return originHead
	}
	// A loose ref of origin decides without the other files, which can be many and large.
	if _, err := os.Lstat(filepath.Join(common, filepath.FromSlash(remotes+"origin"))); err != nil {
		if heads := headsOf(common); len(heads) == 1 && !packsOrigin(common) {
			return heads[0]
		}
	}
	if r.absentRef(originHead) {
		return ""
	}
	return originHead
}

// packsOrigin reports whether there are packed refs of a remote origin.
func packsOrigin(common string) bool {
	packed, err := regular.Contains(filepath.Join(common, "packed-refs"), []byte(" "+remotes+"origin/"))
	return err == nil && packed
}

// headsOf returns the HEADs of remotes, also damaged ones. The ref refs/remotes/team/up/HEAD can
// also be the branch up/HEAD of the remote team. Its file then holds an object id instead of the
// name of a ref, and headsOf leaves it out.
func headsOf(common string) (heads []string) {
	root := filepath.Join(common, filepath.FromSlash(remotes))
	// Most repositories have no remotes, and then the folder does not exist.
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "HEAD" {
			return nil //nolint:nilerr // git reports what cannot be read
		}
		ref, err := filepath.Rel(common, path)
		if err != nil {
			return err
		}
		text, err := regular.ReadFile(path)
		nested := strings.Count(filepath.ToSlash(ref), "/") > strings.Count(originHead, "/")
		if err != nil || !nested || !OID(strings.TrimSpace(string(text))).Valid() {
			heads = append(heads, filepath.ToSlash(ref))
		}
		return nil
	})
	return heads
}

// remoteOf returns the name of the remote to which the branch `ref` belongs. `names` are the
// configured remotes. For a remote that is not configured any more, remoteOf returns the part of
// the branch before the first slash.
func remoteOf(ref string, names []string) string {
	ref = strings.TrimPrefix(ref, remotes)
	for _, name := range names {
		if strings.HasPrefix(ref, name+"/") {
			return name
		}
	}
	name, _, _ := strings.Cut(ref, "/")
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
	configured, err := r.output(ctx, "remote")
	if err != nil {
		return "", nil, err
	}
	names := strings.Fields(string(configured))
	of := map[string][]branch{}
	for _, b := range list {
		name := remoteOf(b.ref, names)
		of[name] = append(of[name], b)
	}
	first := remoteOf(list[0].ref, names)
	switch {
	case len(of["origin"]) > 0:
		return remotes + "origin", of["origin"], nil
	case len(of) == 1:
		return remotes + first, list, nil
	}
	return all, list, nil
}
