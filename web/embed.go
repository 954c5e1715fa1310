// Package web embeds the built web interface, so that one binary serves it.
//
// Invariants:
//   - the package compiles without Node: dist/.gitkeep is committed, so the embed pattern always
//     matches, and FS reports whether dist holds a build;
//   - all other content of dist is written by `npm ci && npm run build` in this folder and is never
//     committed.
//
// Non-goals: no HTTP. Package api decides how the files are served: the fallback to index.html for
// the application's paths, caching and the content security policy. Read next: README.md in this
// folder.
package web

import (
	"embed"
	"io/fs"
)

// The prefix all: includes .gitkeep, without which a tree that was never built would not compile.
//
//go:embed all:dist
var embedded embed.FS

// FS returns the built interface with index.html at the root. `built` is false if the binary was
// built without `npm run build`; `fsys` then has no index.html, and a server should say how to
// build the interface.
//
// Files below assets/ have a hash of their content in their names and may be cached for ever; other
// files must not be cached.
func FS() (fsys fs.FS, built bool) {
	return open(embedded)
}

func open(root fs.FS) (fs.FS, bool) {
	dist, err := fs.Sub(root, "dist")
	if err != nil {
		panic("web: " + err.Error()) // only for an invalid path, and this one is a constant
	}
	info, err := fs.Stat(dist, "index.html")
	return dist, err == nil && info.Mode().IsRegular()
}
