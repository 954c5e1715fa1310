package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history"
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

// UnsearchedNotice returns a sentence about files that were not searched because they are binary,
// although their names are those of texts. It counts files with equal contents once, and returns ""
// if there are none.
func UnsearchedNotice(u history.Unsearched) string {
	if u.Files == 0 {
		return ""
	}
	var paths []string
	for _, path := range u.Paths {
		paths = append(paths, fmt.Sprintf("%q", path))
	}
	if u.Files > len(paths) {
		paths = append(paths, "…")
	}
	files := "1 file has the name of a text but is binary, so it matches no pattern and has no lines"
	if u.Files > 1 {
		files = fmt.Sprintf("%d files have names of texts but are binary, so they match no pattern and have no lines", u.Files)
	}
	return fmt.Sprintf("at commit %.12s, %s: %s; a text must not contain a NUL, and UTF-16 needs a byte order mark", u.Commit, files, strings.Join(paths, ", "))
}
