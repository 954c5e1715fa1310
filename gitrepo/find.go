package gitrepo

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
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

// Version returns git's version, for example "2.39.5".
func Version(ctx context.Context) (string, error) {
	cmd := command(ctx, reading, "", "version")
	out, err := outputOf(cmd)
	if err != nil {
		return "", gitError(ctx, "git", "version", cmd, err)
	}
	return strings.TrimSpace(strings.TrimPrefix(string(out), "git version ")), nil
}
