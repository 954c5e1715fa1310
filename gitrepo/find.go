package gitrepo

import (
	"fmt"
	"io/fs"
	"path/filepath"
)

// Find returns the folders at or below root that are git repositories (work trees and bare ones), sorted. It does not
// look inside those it found, does not follow symbolic links, and passes over folders that it may not read.
func Find(root string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if path == root {
				return fmt.Errorf("find repositories below %s: %w", root, err)
			}
			return nil //nolint:nilerr // a folder that cannot be read holds no repository that could be read either
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
