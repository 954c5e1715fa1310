// Package web holds the built web interface, so that one binary serves it.
//
// Invariants:
//   - the package compiles without Node: dist/.gitkeep is committed, so the embed pattern always matches, and FS says
//     whether a build is there;
//   - what is in dist comes from `npm ci && npm run build` in this folder and is never committed.
//
// Non-goals: no HTTP here. Package api decides how the files are served (fallback to index.html for the
// application's own paths, caching, content security policy). Read next: README.md in this folder.
package web

import (
	"embed"
	"io/fs"
)

// all: includes .gitkeep, without which a tree that was never built would not compile.
//
//go:embed all:dist
var embedded embed.FS

// FS returns the built interface, rooted so that index.html is at the top. built is false when the binary was made
// without `npm run build`; fsys is then empty but for .gitkeep, and a server should say how to build it.
//
// Files below assets/ carry a hash of their content in their names and may be cached for ever; everything else may
// not.
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
