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
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/backsight/backsight/bench/process"
)

// queries: a text that occurs, and a regular expression without any text that must occur.
var queries = []struct{ name, text string }{
	{"literal", `TODO`},
	{"regexp", `patterntype:regexp \w+\s*\(\d+`},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	dir := flag.String("dir", "", "folder in which the generated repositories are kept; unless given, a temporary one")
	files := flag.Int64("files", 500_000, "files of the repository with many; 0: none")
	size := flag.Int64("bytes", 1_000_000_000, "bytes of blobs of the repository with large ones; 0: none")
	limit := flag.Int64("limit", 512, "MiB that a run may take")
	largest := flag.Int("n", 2, "how many of the repositories named: those with the largest packs; 0: all")
	binary := flag.String("backsight", "", "a built backsight; unless given, it is built from this tree")
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
	m := &measuring{binary: backsight, indexes: filepath.Join(temporary, "indexes")}
	fmt.Printf("%-24s %-9s %-16s %10s %9s %9s\n", "repository", "query", "run", "RSS", "CPU", "time")
	for _, repository := range repositories {
		if err := m.repository(ctx, repository); err != nil {
			return err
		}
	}
	if m.greatest > *limit<<20 {
		return fmt.Errorf("a run took %d MiB, which is more than %d", m.greatest>>20, *limit)
	}
	return nil
}

// measuring runs backsight and keeps what it took.
type measuring struct {
	binary, indexes string
	greatest        int64 // bytes of the largest resident set
}

func (m *measuring) repository(ctx context.Context, dir string) error {
	for _, q := range queries {
		for _, r := range []struct {
			name  string
			flags []string
		}{
			{"cold", nil},
			{"with index", []string{"--index", m.indexes}},
			{"warm", []string{"--index", m.indexes}},
			{"every commit", []string{"--every", "commit"}},
			{"every, warm", []string{"--every", "commit", "--index", m.indexes}},
		} {
			if q.name != queries[0].name && r.name == "with index" {
				continue // it is built by now
			}
			cmd := exec.CommandContext(ctx, m.binary, append([]string{"history", "--json", "--query", q.text, dir}, r.flags...)...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			began := time.Now()
			err := cmd.Run()
			var exit *exec.ExitError
			if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1: an object is missing
				return fmt.Errorf("%v: %w: %s", cmd.Args, err, stderr.Bytes())
			}
			usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			if !ok {
				return errors.New("this system does not say what memory a process took")
			}
			resident := usage.Maxrss << 10
			m.greatest = max(m.greatest, resident)
			fmt.Printf("%-24s %-9s %-16s %6d MiB %8.2fs %8.2fs\n", filepath.Base(dir), q.name, r.name, resident>>20,
				(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), time.Since(began).Seconds())
		}
	}
	return nil
}
