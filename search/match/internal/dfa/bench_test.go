package dfa

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

// shares counts the bytes in files. The package's caller has such counts from a larger corpus.
func shares(files [][]byte) func(byte) float64 {
	var n [256]float64
	all := 0.0
	for _, f := range files {
		for _, b := range f {
			n[b]++
			all++
		}
	}
	return func(b byte) float64 { return math.Max(n[b], 1) / all }
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

func BenchmarkCount(b *testing.B) {
	files, size := goSource(b)
	for _, text := range []string{
		`\w+`, `\w+\s*\(`, `[a-z]+Context\(`, `(?i)deprecated`, `^\s*//.*$`, `\bfoo\b|\bbar\b`, `[A-Z]{3,}_[A-Z]+`, `\d+\.\d+\.\d+`, `(?i)[a-z]+_zzz`, `(\w+)\s+\1?\d{7}`, `"[^"]*"`, `[^\n]+`,
	} {
		text = strings.ReplaceAll(text, `\1?`, "")
		b.Run(text, func(b *testing.B) {
			r := compiled(b, "(?m)"+text, shares(files))
			s := r.Searcher()
			defer s.Close()
			b.SetBytes(size)
			n, spent := int64(0), cpu()
			for b.Loop() {
				n = 0
				for _, f := range files {
					s.Reset(f, nil, nil)
					n += s.Count()
				}
			}
			b.ReportMetric(float64(n), "matches")
			b.ReportMetric(float64(size)*float64(b.N)/1e6/(cpu()-spent), "MB/cpu-s")
		})
	}
}
