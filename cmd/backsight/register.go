package main

import (
	"context"
	"path/filepath"

	"github.com/backsight/backsight/api"
	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// registerBelow registers the git repositories at and below the roots and returns how many there are. One that is
// registered already keeps its name. Each is called by its path from its root, or by the root's own name; a name that
// another repository has gets the root's name in front, then its whole path.
func registerBelow(ctx context.Context, s *store.Store, roots []string) (int, error) {
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
		for _, dir := range found {
			if _, err := api.AddRepository(ctx, s, namesBelow(root, dir), dir, true); err != nil {
				return count, err
			}
			count++
		}
	}
	return count, nil
}

func namesBelow(root, dir string) []string {
	name, err := filepath.Rel(root, dir)
	if err != nil || name == "." {
		return []string{filepath.Base(dir), dir}
	}
	name = filepath.ToSlash(name)
	return []string{name, filepath.Base(root) + "/" + name, dir}
}
