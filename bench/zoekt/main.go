package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/backsight/backsight/bench/process"
)

// rare is a query for a text that few files contain. Both programs understand it in the same sense.
const rare = "ErrClosed case:yes"

func main() { process.Main(run) }

func run(ctx context.Context) (err error) {
	tools := flag.String("tools", ".bin", "folder with zoekt-git-index and zoekt")
	rounds := flag.Int("rounds", 5, "number of queries to each program")
	until := flag.String("until", time.Now().UTC().Format(time.DateOnly), "time of the newest sample")
	binary := flag.String("backsight", "", "path of a backsight binary; if empty, it is built from this tree")
	flag.Parse()
	dirs, err := process.Repositories(flag.Args())
	if err != nil {
		return err
	}
	var bars process.Bars
	defer bars.Print()
	for _, tool := range []string{"zoekt-git-index", "zoekt"} {
		if _, err := exec.LookPath(filepath.Join(*tools, tool)); err != nil {
			bars.NotRun("the comparison with zoekt, which is not installed", err.Error())
			return nil
		}
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
	own := side{name: "backsight", index: filepath.Join(folder, "own"), command: process.Shell("backsight", "history", "--index", "DIR", "--query", rare)}
	same := side{name: "same 12", index: filepath.Join(folder, "same"), command: "the same, on a history of only the samples' commits"}
	theirs := side{name: "zoekt", index: filepath.Join(folder, "zoekt"), command: process.Shell(append([]string{"zoekt-git-index"}, zoektFlags...)...) + " -branches ...; zoekt -l '" + rare + "'"}
	// The programs take turns for each repository, so a busy machine affects both.
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
	fmt.Printf("%d repositories\n  %-10s %14s %14s %14s %12s\n", len(dirs), "", "index, CPU", "index, size", "query, CPU", "query, time")
	for _, s := range []*side{&own, &same, &theirs} {
		if s.bytes, err = sizeOf(s.index); err != nil {
			return err
		}
		fmt.Printf("  %-10s %12.2f s %11.2f MB", s.name, s.cpu.Seconds(), float64(s.bytes)/1e6)
		if len(s.asked) > 0 {
			fmt.Printf(" %12.3f s %10.3f s", process.Median(s.askedCPU), process.Median(s.asked))
		} else {
			fmt.Printf(" %14s %12s", "", "")
		}
		fmt.Printf("  %s\n", s.command)
	}
	bars.AtLeast("building, zoekt / same 12, CPU", theirs.cpu.Seconds()/same.cpu.Seconds(), 1, "")
	bars.AtLeast("building, zoekt / backsight, CPU", theirs.cpu.Seconds()/own.cpu.Seconds(), 0, "")
	bars.AtLeast("size, zoekt / same 12", float64(theirs.bytes)/float64(same.bytes), 50, "")
	bars.AtLeast("size, zoekt / backsight", float64(theirs.bytes)/float64(own.bytes), 0, "")
	bars.AtLeast("rare query, wall time, zoekt / backsight", ratio(theirs.asked, own.asked), 1, fmt.Sprintf(" (CPU %.2f)", ratio(theirs.askedCPU, own.askedCPU)))
	return nil
}

// side is one of the compared indexes and its cost.
type side struct {
	name, index     string
	command         string        // the commands that build the index and run the query, for people
	cpu             time.Duration // CPU time of building the index
	bytes           int64
	asked, askedCPU []float64 // wall and CPU time of the query in each round, in seconds
}

func (s *side) ask(cmd *exec.Cmd) error {
	r, err := process.Run(cmd)
	s.asked, s.askedCPU = append(s.asked, r.Wall.Seconds()), append(s.askedCPU, r.CPU.Seconds())
	return err
}

// ratio returns the median of the ratios of `over` to `under` in each round.
func ratio(over, under []float64) float64 {
	ratios := make([]float64, len(over))
	for i := range over {
		ratios[i] = over[i] / under[i]
	}
	return process.Median(ratios)
}

// sizeOf returns the size in bytes of the files in a folder.
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
