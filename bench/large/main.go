package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backsight/backsight/bench/process"
)

// queries are a text that occurs, and a regular expression that an index cannot help: the only text
// that every match contains is one byte.
var queries = []struct{ name, text string }{
	{"literal", `TODO`},
	{"regexp", `patterntype:regexp \w+\s*\(\d+`},
}

func main() { process.Main(run) }

func run(ctx context.Context) (err error) {
	dir := flag.String("dir", "", "folder for the generated repositories, which are reused; if empty, a temporary one")
	files := flag.Int64("files", 500_000, "number of files of the repository with many files; 0 skips it")
	size := flag.Int64("bytes", 1_000_000_000, "bytes of blobs of the repository with large blobs; 0 skips it")
	largest := flag.Int("n", 2, "number of given repositories to use, those with the largest packs; 0 means all")
	binary := flag.String("backsight", "", "path of a backsight binary; if empty, it is built from this tree")
	flag.Parse()
	temporary, err := os.MkdirTemp("", "backsight-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	if *dir == "" {
		*dir = temporary
	}
	backsight, remove, err := process.Build(ctx, *binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	var repositories []string
	if *files > 0 {
		many := repositoryNamed(*dir, "files", *files)
		if err := generate(ctx, many, manyFiles(int(*files))); err != nil {
			return err
		}
		repositories = append(repositories, many)
	}
	if *size > 0 {
		large := repositoryNamed(*dir, "bytes", *size)
		if err := generate(ctx, large, largeBlobs(*size)); err != nil {
			return err
		}
		repositories = append(repositories, large)
	}
	if flag.NArg() > 0 {
		named, err := process.Repositories(flag.Args())
		if err != nil {
			return err
		}
		slices.SortFunc(named, func(a, b string) int { return cmp.Compare(process.PackSize(b), process.PackSize(a)) })
		if *largest > 0 {
			named = named[:min(*largest, len(named))]
		}
		repositories = append(repositories, named...)
	}
	m := &measuring{binary: backsight, indexes: filepath.Join(temporary, "indexes"), until: time.Now().UTC().Format(time.DateOnly)}
	defer m.bars.Print()
	for _, repository := range repositories {
		if err := m.repository(ctx, repository); err != nil {
			return err
		}
	}
	return nil
}

// measuring runs backsight and records its memory.
type measuring struct {
	binary, indexes string
	until           string // time of the newest sample; the same for all runs
	bars            process.Bars
}

// repository performs all runs on one repository. It returns an error when the values with and
// without an index differ.
func (m *measuring) repository(ctx context.Context, dir string) error {
	fmt.Printf("\n%s\n", filepath.Base(dir))
	var greatest int64
	for _, q := range queries {
		var cold []byte // the output of the run without an index
		for _, r := range []struct {
			name  string
			flags []string
		}{
			{"cold", nil},
			{"with index", []string{"--index", m.indexes}},
			{"warm", []string{"--index", m.indexes}},
			{"every, cold", []string{"--every", "commit"}},
			{"every, warm", []string{"--every", "commit", "--index", m.indexes}},
		} {
			if q.name != queries[0].name && r.name == "with index" {
				continue // the index exists already
			}
			args := append([]string{"history", "--json", "--query", q.text}, r.flags...)
			got, err := process.Run(exec.CommandContext(ctx, m.binary, append(args, "--until", m.until, dir)...))
			if err != nil {
				return err
			}
			if !slices.Contains(r.flags, "--index") {
				cold = got.Stdout
			} else if !bytes.Equal(cold, got.Stdout) {
				return fmt.Errorf("%s, %s: backsight prints different values with and without its index", dir, q.name)
			}
			greatest = max(greatest, got.Resident)
			fmt.Printf("  %-8s %-12s %5d MiB %8.2f s  CPU %8.2f s  %s\n", q.name, r.name, got.Resident>>20, got.Wall.Seconds(), got.CPU.Seconds(),
				strings.ReplaceAll(process.Shell(append([]string{"backsight"}, args...)...), m.indexes, "DIR"))
		}
	}
	m.bars.AtMost(filepath.Base(dir)+": peak resident set", float64(greatest)/(1<<20), 512, " MiB")
	return nil
}
