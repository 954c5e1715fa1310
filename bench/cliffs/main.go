package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backsight/backsight/bench/process"
)

// maxResident is the bar for the peak memory of a process, in MiB.
const maxResident = 512

func main() { process.Main(run) }

func run(ctx context.Context) (err error) {
	rounds := flag.Int("rounds", 7, "number of runs of each contestant")
	only := flag.String("query", "", "comma-separated names of queries; all if empty")
	binary := flag.String("backsight", "", "path of a backsight binary; if empty, it is built from this tree")
	flag.Parse()
	dirs, err := process.Repositories(flag.Args())
	if err != nil {
		return err
	}
	b := &bench{rounds: *rounds}
	defer b.bars.Print()
	backsight, remove, err := process.Build(ctx, *binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	b.binary = backsight
	if b.indexes, err = os.MkdirTemp("", "backsight-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.indexes)) }()
	for _, dir := range dirs {
		for _, s := range searches() {
			if *only != "" && !slices.Contains(strings.Split(*only, ","), s.name) {
				continue
			}
			if err := b.search(ctx, dir, s); err != nil {
				return fmt.Errorf("%s: %s: %w", dir, s.name, err)
			}
		}
	}
	return nil
}

type bench struct {
	binary, indexes string
	rounds          int
	bars            process.Bars
}

// A contestant is one way to search.
type contestant struct {
	name     string
	run      func() (process.Result, error)
	cpu      []float64 // seconds, by round
	resident float64   // the greatest peak, in MiB
}

// search runs the contestants of a search in turn, and prints their costs and ratios.
func (b *bench) search(ctx context.Context, dir string, s search) error {
	commits, err := b.prepare(ctx, dir, s)
	if err != nil {
		return err
	}
	history := func(flags ...string) func() (process.Result, error) {
		return func() (process.Result, error) { return b.history(ctx, dir, s, flags...) }
	}
	all := []*contestant{{name: "cold", run: history()}}
	if s.indexed {
		all = append(all, &contestant{name: "warm", run: history("--index", b.indexes)})
	}
	all = append(all, &contestant{name: "git", run: func() (process.Result, error) {
		return process.Git(ctx, dir, append(slices.Clone(s.git), commits...)...)
	}})
	turns := slices.Clone(all)
	for range b.rounds {
		for _, c := range turns {
			r, err := c.run()
			if err != nil {
				return err
			}
			c.cpu = append(c.cpu, r.CPU.Seconds())
			c.resident = max(c.resident, float64(r.Resident)/(1<<20))
		}
		slices.Reverse(turns)
	}
	name := filepath.Base(strings.TrimSuffix(strings.TrimSuffix(dir, "/repo"), ".git")) + ": " + s.name
	fmt.Printf("\n%s\n", name)
	for _, c := range all {
		fmt.Printf("  %-5s CPU %6.2f s, %4.0f MiB\n", c.name, process.Median(c.cpu), c.resident)
	}
	cold, git := all[0], all[len(all)-1]
	b.bars.AtLeast(name+": git / cold", ratio(git, cold), 1, "")
	most := cold.resident
	if s.indexed {
		b.bars.AtLeast(name+": cold / warm", ratio(cold, all[1]), 1, "")
		most = max(most, all[1].resident)
	}
	b.bars.AtMost(name+": memory", most, maxResident, " MiB")
	return nil
}

// ratio returns the median over the rounds of the CPU time of `over`, divided by that of `under`.
func ratio(over, under *contestant) float64 {
	ratios := make([]float64, len(over.cpu))
	for i := range ratios {
		ratios[i] = over.cpu[i] / under.cpu[i]
	}
	return process.Median(ratios)
}

func (b *bench) history(ctx context.Context, dir string, s search, flags ...string) (process.Result, error) {
	args := slices.Concat([]string{"history", "--query", s.query}, s.flags, flags, []string{dir})
	return process.Run(exec.CommandContext(ctx, b.binary, args...))
}

// prepare builds the index and checks that it does not change the results. It returns the distinct
// commits of the samples if git needs them (s.perCommit).
func (b *bench) prepare(ctx context.Context, dir string, s search) (commits []string, err error) {
	cold, err := b.history(ctx, dir, s, "--json")
	if err != nil {
		return nil, err
	}
	if s.indexed {
		warm, err := b.history(ctx, dir, s, "--json", "--index", b.indexes)
		if err != nil {
			return nil, err
		}
		if string(cold.Stdout) != string(warm.Stdout) {
			return nil, errors.New("backsight prints different samples with and without its index")
		}
	}
	if !s.perCommit {
		return nil, nil
	}
	samples, err := process.Samples(cold.Stdout)
	if err != nil {
		return nil, err
	}
	for _, x := range samples {
		if x.Commit != "" && !slices.Contains(commits, x.Commit) {
			commits = append(commits, x.Commit)
		}
	}
	return commits, nil
}
