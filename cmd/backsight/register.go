package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// registerBelow registers the git repositories at and below the roots and returns how many there are. One that is
// registered already keeps its name. Each is called by its path from its root, or by the root's own name; a name that
// another repository has gets the root's name in front, then its whole path.
func registerBelow(ctx context.Context, s *store.Store, roots []string, logger *slog.Logger) (int, error) {
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
		for part := range slices.Chunk(found, registerPart) {
			list := make([]store.NewRepository, len(part))
			for i, dir := range part {
				list[i] = store.NewRepository{Names: namesBelow(root, dir), Location: dir, Local: true}
			}
			if err := s.Repositories.AddMany(ctx, list); err != nil {
				return count, err
			}
			count += len(part)
			logger.InfoContext(ctx, "repositories registered", "root", root, "registered", count, "found", len(found))
		}
	}
	return count, nil
}

// registerPart is how many repositories are registered between two lines of the log: about half a second.
const registerPart = 5000

func namesBelow(root, dir string) []string {
	name, err := filepath.Rel(root, dir)
	if err != nil || name == "." {
		return []string{filepath.Base(dir), dir}
	}
	name = filepath.ToSlash(name)
	return []string{name, filepath.Base(root) + "/" + name, dir}
}
