package web

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	page := &fstest.MapFile{Data: []byte("<!doctype html>")}
	keep := &fstest.MapFile{}
	for name, test := range map[string]struct {
		files fstest.MapFS
		built bool
	}{
		"never built":                     {fstest.MapFS{"dist/.gitkeep": keep}, false},
		"built":                           {fstest.MapFS{"dist/.gitkeep": keep, "dist/index.html": page}, true},
		"only the offline GraphiQL":       {fstest.MapFS{"dist/graphiql/graphiql.min.js": page}, false},
		"index.html is a folder, somehow": {fstest.MapFS{"dist/index.html/x": page}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys, built := open(test.files)
			require.Equal(t, test.built, built)
			if built {
				content, err := fs.ReadFile(fsys, "index.html")
				require.NoError(t, err)
				require.Equal(t, page.Data, content)
			}
		})
	}
}

// The embedded tree has the placeholder whether or not anything was built: a fresh clone has to
// compile.
func TestEmbeddedPlaceholder(t *testing.T) {
	t.Parallel()
	fsys, _ := FS()
	_, err := fs.Stat(fsys, ".gitkeep")
	require.NoError(t, err)
}
