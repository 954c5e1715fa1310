package api

import (
	_ "embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// pageHandler serves the built page. A path of a file returns the file. The path / and the
// application's own paths, which are requests for HTML without a file extension, return index.html.
// All other paths return 404, so that a missing script is not answered with HTML. Files below
// assets/ have a hash of their content in their names and may be cached for ever.
func pageHandler(web fs.FS) http.Handler {
	if web == nil {
		return http.HandlerFunc(notBuilt)
	}
	files := http.FileServerFS(web)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		info, err := fs.Stat(web, orDot(name))
		switch {
		case err == nil && info.Mode().IsRegular() && !strings.HasPrefix(path.Base(name), ".") && name != "index.html":
			if strings.HasPrefix(name, "assets/") {
				w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			} else {
				w.Header().Set("Cache-Control", "no-cache")
			}
			files.ServeHTTP(w, r)
		case name == "" || wantsHTML(r):
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, web, "index.html")
		default:
			http.NotFound(w, r)
		}
	})
}

func orDot(name string) string {
	if name == "" {
		return "."
	}
	return name
}

func wantsHTML(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html") && path.Ext(r.URL.Path) == ""
}

func notBuilt(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	plain(w, http.StatusOK, "This binary was built without the web page. Install Node 20 or later, run\n\n    make build\n\n"+
		"and start the server again. The API (POST /graphql) and the command line work without the page.")
}

// graphiqlPolicy is GraphiQL's Content-Security-Policy. GraphiQL's editor needs inline styles;
// scripts must still come from this server.
const graphiqlPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

//go:embed graphiql/index.html
var graphiqlHTML []byte

//go:embed graphiql/boot.js
var graphiqlJS []byte

// graphiqlPage serves GraphiQL. Its libraries are part of the built page (graphiql/), so it works
// without Internet access.
func graphiqlPage(web fs.FS) http.Handler {
	if web == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			plain(w, http.StatusNotFound, "GraphiQL is part of the web page, and this binary was built without it. `make build` builds both.")
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", graphiqlPolicy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(graphiqlHTML)
	})
}

func graphiqlBoot() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(graphiqlJS)
	})
}
