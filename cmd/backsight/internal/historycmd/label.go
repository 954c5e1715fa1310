package historycmd

import (
	"path/filepath"
	"strings"
)

// labels shortens paths to what tells them apart: without the folders that all begin with, and without the folders that
// all end with (mirrors are often all called "repo").
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

// same reports whether all have more than one part and agree in one. A single path is shortened to its last part.
func same(parts [][]string, of func([]string) string) bool {
	for _, p := range parts {
		if len(p) < 2 || of(p) != of(parts[0]) {
			return false
		}
	}
	return true
}
