package match

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

// goSource is some 20 MB of the standard library's source, file by file.
func goSource(b *testing.B) (files [][]byte, size int64) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Skip("no go command: ", err)
	}
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "src"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		if size > 20<<20 {
			return fs.SkipAll
		}
		content, err := os.ReadFile(path)
		files, size = append(files, content), size+int64(len(content))
		return err
	})
	require.NoError(b, err)
	return files, size
}

func BenchmarkMatch(b *testing.B) {
	files, size := goSource(b)
	for _, text := range []string{
		"case:yes TODO",
		"TODO",
		"task",
		"return",
		"context.TODO",
		"deprecated or TODO",
		"straße",
		"/TODO|FIXME|XXX/",
		`/context\.(TODO|Background)\(\)/`,
		`/go (1\.\d+)/`,
		`/\bcontext\b/`,
		`/^func \w+\(/`,
		`/fmt\.Errorf\([^)]*%w/`,
		`/import\s+"C"/`,
		`/\d+\.\d+\.\d+/`,
		`/[a-z]+_test/`,
		`case:yes /\w+Error\b/`,
		`/\w+/`,
		`patterntype:structural fmt.Sprintf("...", ...)`,
		`patterntype:structural if err != nil { return ..., err }`,
		`patterntype:structural func (:[x]) :[[name]](...) {...}`,
		`patterntype:structural return :[v.], :[v.]`,
		`patterntype:structural (...)`,
	} {
		b.Run(text, func(b *testing.B) {
			q, err := query.Parse(text)
			require.NoError(b, err)
			m, err := Compile(q, Options{})
			require.NoError(b, err)
			b.SetBytes(size)
			n := int64(0)
			for b.Loop() {
				n = 0
				for _, f := range files {
					n += m.Match("a.go", f).N
				}
			}
			b.ReportMetric(float64(n), "matches")
		})
	}
}
