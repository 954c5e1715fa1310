package engine

import (
	"context"

	"github.com/backsight/backsight/gitrepo"
)

// Notices returns sentences about what people should know about a repository whose branch ref, with
// the newest commit tip, is searched: that another branch may have been meant, and that grafts or
// replace refs are not applied. It appends hint, which may be "", to a sentence about branches. If
// ref is "", the caller has chosen the commit, and there is no such sentence. If Notices cannot
// read something, a sentence says so.
func Notices(ctx context.Context, git *gitrepo.Repo, ref string, tip gitrepo.OID, hint string) (notices []string) {
	add := func(notice string, err error, unknown string) {
		switch {
		case err != nil:
			notices = append(notices, unknown+": "+err.Error())
		case notice != "":
			notices = append(notices, notice)
		}
	}
	if ref != "" {
		notice, err := git.BranchNotice(ctx, ref, tip)
		if notice != "" {
			notice += hint
		}
		add(notice, err, "it is not known whether another branch was meant")
	}
	notice, err := git.Unapplied(ctx)
	add(notice, err, "it is not known whether there are replace refs or grafts")
	return notices
}
