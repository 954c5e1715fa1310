package gitrepo

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Find returns the folders at or below root that are git repositories (work trees and bare ones),
// sorted. It does not search inside the repositories that it finds, does not follow symbolic links,
// and skips folders that it cannot read. Only if root itself cannot be read, it returns an error.
// Of several work trees of one repository, it returns the main one, or else the first.
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
	return oncePerRepository(found), err
}

// oncePerRepository removes linked work trees if the list has another path of their repository.
func oncePerRepository(dirs []string) []string {
	chosen := map[string]string{} // by CommonDir
	for _, dir := range dirs {
		common := CommonDir(dir)
		if known := chosen[common]; known == "" || isMain(dir) && !isMain(known) {
			chosen[common] = dir
		}
	}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		common := CommonDir(dir)
		return common != "" && chosen[common] != dir
	})
}

// isMain reports whether dir is a bare repository or the main work tree of a repository.
func isMain(dir string) bool {
	_, err := os.Stat(filepath.Join(findGitDir(dir), "commondir"))
	return err != nil
}
