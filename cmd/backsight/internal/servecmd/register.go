package servecmd

import (
	"context"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// registerBelow registers the git repositories in the roots and below them that are in allowed
// folders, and returns how many it found. A repository that is already registered keeps its name.
// The name of a new repository is its path relative to its root; a root that is a repository itself
// has the name of its folder. If the relative path is taken by another repository, the root's name
// is put before it. If that name, or the name of a root, is taken too, the name is the absolute
// path.
func registerBelow(ctx context.Context, s *store.Store, roots []string, allowed prober, logger *slog.Logger) (int, error) {
	count := 0
	for _, root := range roots {
		root, err := filepath.Abs(root)
		if err != nil {
			return count, err
		}
		if root, err = filepath.EvalSymlinks(root); err != nil {
			return count, insights.Errorf(insights.Invalid, "--repos: %w", err)
		}
		found, err := gitrepo.Find(root)
		if err != nil {
			return count, insights.Errorf(insights.Invalid, "--repos: %w", err)
		}
		found = slices.DeleteFunc(found, func(dir string) bool { return !allowed.allows(dir) })
		registered := 0
		for part := range slices.Chunk(found, registerPart) {
			list := make([]store.NewRepository, len(part))
			for i, dir := range part {
				list[i] = newRepository(root, dir)
			}
			if err := s.Repositories.AddMany(ctx, list); err != nil {
				return count, err
			}
			registered += len(part)
			logger.InfoContext(ctx, "repositories registered", "root", root, "registered", registered, "found", len(found))
		}
		count += registered
	}
	return count, nil
}

// registerPart is the largest number of repositories that one call of AddMany registers. A call of
// this size takes about half a second; a log line follows it.
const registerPart = 5000

// newRepository describes the repository dir, which is root or below it. The database only stores
// UTF-8. So a path with other bytes is registered as a URL, whose repository the worker clones. The
// names of such a repository, and a blank name of any repository, are escaped as in a URL, because
// the store does not accept them otherwise.
func newRepository(root, dir string) store.NewRepository {
	r := store.NewRepository{Names: namesBelow(root, dir), Location: dir, Local: true}
	if !utf8.ValidString(dir) {
		r.Location, r.Local = gitrepo.FileURL(dir), false
	}
	for i, name := range r.Names {
		if !r.Local || strings.TrimSpace(name) == "" {
			r.Names[i] = (&url.URL{Path: name}).EscapedPath()
		}
	}
	return r
}

func namesBelow(root, dir string) []string {
	name, err := filepath.Rel(root, dir)
	if err != nil || name == "." {
		return []string{filepath.Base(dir), dir}
	}
	name = filepath.ToSlash(name)
	return []string{name, filepath.Base(root) + "/" + name, dir}
}
