package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/backsight/backsight/bench/process"
)

// rare is a text that few files hold, in the language of both.
const rare = "ErrClosed case:yes"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	tools := flag.String("tools", ".bin", "folder with zoekt-git-index and zoekt")
	n := flag.Int("n", 8, "how many of the repositories; 0: all")
	rounds := flag.Int("rounds", 5, "how often each is asked")
	until := flag.String("until", time.Now().UTC().Format(time.DateOnly), "the newest sample's time")
	binary := flag.String("backsight", "", "a built backsight; unless given, it is built from this tree")
	flag.Parse()
	dirs, err := process.Repositories(flag.Args())
	if err != nil {
		return err
	}
	if *n > 0 {
		dirs = dirs[:min(*n, len(dirs))]
	}
	backsight, remove, err := process.Build(ctx, *binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	folder, err := os.MkdirTemp("", "backsight-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	own := side{name: "backsight", index: filepath.Join(folder, "own")}
	same := side{name: "same 12", index: filepath.Join(folder, "same")}
	theirs := side{name: "zoekt", index: filepath.Join(folder, "zoekt")}
	// In turn, repository by repository, so that a busy machine is busy for both.
	for i, dir := range dirs {
		commits, err := own.build(ctx, backsight, dir, *until)
		if err != nil {
			return err
		}
		clone := filepath.Join(folder, fmt.Sprint(i), filepath.Base(dir))
		branches, err := cloneWith(ctx, dir, clone, commits)
		if err != nil {
			return err
		}
		if len(branches) == 0 {
			continue
		}
		if err := same.buildSame(ctx, backsight, clone); err != nil {
			return err
		}
		if err := theirs.buildZoekt(ctx, *tools, clone, branches); err != nil {
			return err
		}
		if err := os.RemoveAll(clone); err != nil {
			return err
		}
	}
	for range *rounds {
		if err := own.ask(exec.CommandContext(ctx, backsight, append([]string{"history", "--json", "--index", own.index, "--until", *until, "--query", rare}, dirs...)...)); err != nil {
			return err
		}
		if err := theirs.ask(exec.CommandContext(ctx, filepath.Join(*tools, "zoekt"), "-index_dir", theirs.index, "-l", rare)); err != nil {
			return err
		}
	}
	fmt.Printf("%d repositories\n%-10s %12s %12s %14s %14s\n", len(dirs), "", "index, CPU", "index", "query, CPU", "query, time")
	for _, s := range []*side{&own, &same, &theirs} {
		if s.bytes, err = sizeOf(s.index); err != nil {
			return err
		}
		fmt.Printf("%-10s %10.2f s %9.2f MB", s.name, s.cpu.Seconds(), float64(s.bytes)/1e6)
		if len(s.asked) > 0 {
			fmt.Printf(" %12.3f s %12.3f s", median(s.askedCPU).Seconds(), median(s.asked).Seconds())
		}
		fmt.Println()
	}
	fmt.Printf("zoekt / backsight: CPU %.1f, size %.1f; of the same commits: CPU %.1f, size %.1f; query: CPU %.1f, time %.1f\n",
		theirs.cpu.Seconds()/own.cpu.Seconds(), float64(theirs.bytes)/float64(own.bytes),
		theirs.cpu.Seconds()/same.cpu.Seconds(), float64(theirs.bytes)/float64(same.bytes),
		median(theirs.askedCPU).Seconds()/median(own.askedCPU).Seconds(), median(theirs.asked).Seconds()/median(own.asked).Seconds())
	return nil
}

// side is one of the two, with what it cost.
type side struct {
	name, index     string
	cpu             time.Duration // of building
	bytes           int64
	asked, askedCPU []time.Duration
}

func (s *side) ask(cmd *exec.Cmd) error {
	r, err := process.Run(cmd)
	s.asked, s.askedCPU = append(s.asked, r.Wall), append(s.askedCPU, r.CPU)
	return err
}

func median(all []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(all))[len(all)/2]
}

// sizeOf returns the bytes of the files below a folder.
func sizeOf(folder string) (size int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
