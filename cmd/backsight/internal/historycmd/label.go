package historycmd

import (
	"path/filepath"
	"strings"
)

// labels shortens paths to the parts in which they differ. It removes the folders that all paths
// begin with and the names that all paths end with, because mirrors often have the same name, for
// example "repo". It also removes a final ".git", so the labels of a and a.git are equal.
func labels(paths []string) []string {
	parts := make([][]string, len(paths))
	for i, path := range paths {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
		parts[i] = strings.Split(strings.Trim(filepath.ToSlash(path), "/"), "/")
	}
	for same(parts, func(p []string) string { return p[0] }) {
		for i := range parts {
			parts[i] = parts[i][1:]
		}
	}
	for same(parts, func(p []string) string { return p[len(p)-1] }) {
		for i := range parts {
			parts[i] = parts[i][:len(parts[i])-1]
		}
	}
	short := make([]string, len(paths))
	for i, p := range parts {
		short[i] = strings.TrimSuffix(strings.Join(p, "/"), ".git")
		if short[i] == "" {
			short[i] = paths[i]
		}
	}
	return short
}

// same reports whether every path has more than one part and of(path) is equal for all paths.
func same(parts [][]string, of func([]string) string) bool {
	for _, p := range parts {
		if len(p) < 2 || of(p) != of(parts[0]) {
			return false
		}
	}
	return true
}
