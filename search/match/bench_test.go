package match

import (
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/query"
)

// goSource returns about 20 MB of the standard library's source, one content per file.
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

// cpu returns the CPU time of this process, in seconds. On a busy machine it is more reliable than
// elapsed time.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
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
		`/\w+\s*\(/`,
		`/[a-z]+Context\(/`,
		`/^\s*\/\/.*$/`,
		`/\bfoo\b|\bbar\b/`,
		`/[A-Z]{3,}_[A-Z]+/`,
		`case:yes /[A-Z]{3,}_[A-Z]+/`,
		`case:yes deprecated`,
		`deprecated`,
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
			n, spent := int64(0), cpu()
			for b.Loop() {
				n = 0
				for _, f := range files {
					n += m.Match("a.go", f).N
				}
			}
			b.ReportMetric(float64(n), "matches")
			b.ReportMetric(float64(size)*float64(b.N)/1e6/(cpu()-spent), "MB/cpu-s")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, text := range []string{`TODO`, `/\w+\s*\(/`, `/^import\s+"fmt"$/`, `/\bfoo\b|\bbar\b/`, `/\pL+\s\p{Greek}/`} {
		b.Run(text, func(b *testing.B) {
			q, err := query.Parse(text)
			require.NoError(b, err)
			for b.Loop() {
				_, err := Compile(q, Options{})
				require.NoError(b, err)
			}
		})
	}
}
