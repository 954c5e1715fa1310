package gitrepo

import (
	"fmt"
	"io/fs"
	"path/filepath"
)

// Find returns the folders at or below root that are git repositories (work trees and bare ones),
// sorted. It does not search inside the repositories that it finds, does not follow symbolic links,
// and skips folders that it cannot read.
func Find(root string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if path == root {
				return fmt.Errorf("find repositories below %s: %w", root, err)
			}
			return nil //nolint:nilerr // an unreadable folder is skipped
		}
		if !entry.IsDir() {
			return nil
		}
		if findGitDir(path) != "" {
			found = append(found, path)
			return filepath.SkipDir
		}
		return nil
	})
	return found, err
}
