package servecmd

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
)

// prober gives the API access to package gitrepo, so that the API can check a repository before
// registering it. Paths in it have no symbolic links.
type prober struct {
	anywhere bool     // repositories may be in all folders
	roots    []string // else they must be in these folders or below
	data     string   // no repository may be in this folder or below; "": none is excluded
}

// newProber returns a prober that allows the folders in `roots` or, if roots is empty and anywhere
// is true, all folders, but never the data directory `data`.
func newProber(anywhere bool, roots []string, data string) (prober, error) {
	p := prober{anywhere: anywhere && len(roots) == 0}
	for _, root := range roots {
		resolved, err := resolve(root)
		if err != nil {
			return p, insights.Errorf(insights.Invalid, "--repo-roots %s: %w", root, err)
		}
		p.roots = append(p.roots, resolved)
	}
	if data != "" {
		resolved, err := resolve(data)
		if errors.Is(err, fs.ErrNotExist) {
			resolved, err = filepath.Abs(data) // no worker has started yet
		}
		if err != nil {
			return p, insights.Errorf(insights.Invalid, "data directory %s: %w", data, err)
		}
		p.data = resolved
	}
	return p, nil
}

func resolve(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// CheckPath returns the path without symbolic links. The answer for a path that is not allowed does
// not depend on what is there.
func (p prober) CheckPath(ctx context.Context, path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		if !p.allows(path) {
			return "", p.refuse(path, path)
		}
		return "", insights.Errorf(insights.NotFound, "repository %s: %w", path, errors.Unwrap(err))
	}
	if !p.allows(resolved) {
		return "", p.refuse(path, resolved)
	}
	repo, err := gitrepo.Open(ctx, resolved)
	if err != nil {
		return "", err
	}
	folders, err := repo.Folders()
	if err != nil {
		return "", err
	}
	for _, folder := range folders {
		if !p.allows(folder) {
			return "", insights.Errorf(insights.Forbidden, "repository %s: git reads it from %s, too: %w", path, folder, p.refuse(folder, folder))
		}
	}
	folder := mainFolder(repo.Dir())
	if !p.allows(folder) {
		return "", p.refuse(path, folder)
	}
	return folder, nil
}

// mainFolder returns the folder under which a repository is registered: its main work tree, or the
// git directory if it has none. So a git directory in a work tree, and linked work trees, are the
// same repository.
func mainFolder(dir string) string {
	common := gitrepo.CommonDir(dir)
	if parent := filepath.Dir(common); filepath.Base(common) == ".git" && gitrepo.CommonDir(parent) == common {
		return parent
	}
	return cmp.Or(common, dir)
}

// CheckURL returns an error if the URL does not have a form that git can clone from.
func (prober) CheckURL(url string) error { return gitrepo.CheckURL(url) }

func (p prober) allows(folder string) bool {
	if p.data != "" && within(p.data, folder) {
		return false
	}
	return p.anywhere || slices.ContainsFunc(p.roots, func(root string) bool { return within(root, folder) })
}

// refuse returns the error for a path that leads to a folder which is not allowed.
func (p prober) refuse(path, folder string) error {
	switch {
	case p.data != "" && within(p.data, folder):
		return insights.Errorf(insights.Forbidden, "repository %s: it is in the data directory of Backsight", path)
	case len(p.roots) == 0 && !p.anywhere:
		return insights.Errorf(insights.Forbidden, "repository %s: this server registers no paths: its option --repo-roots allows folders", path)
	}
	return insights.Errorf(insights.Forbidden, "repository %s: it is not in a folder that the server's option --repo-roots allows", path)
}

// within reports whether the path is the folder or below it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}
