package engine

import (
	"context"

	"github.com/backsight/backsight/gitrepo"
)

// Notices returns sentences about what people should know about the search of a repository: that
// another branch may have been meant, and that grafts or replace refs are not applied. `ref` is the
// branch that is searched, and `tip` is its newest commit. If `ref` is "", the caller has chosen
// the commit, and there is no sentence about branches. Otherwise, Notices appends `hint`, which may
// be "", to such a sentence. If Notices cannot read something, a sentence says so.
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
