package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/bench/process"
)

type bench struct {
	binary  string
	dirs    []string
	grid    []string
	points  int
	rounds  int
	indexes string // folder of the history indexes, for the contestants warm and every
	bars    process.Bars
}

// oneCase counts the text of the query any-case in lower case only. The comparison of the two shows
// what ignoring case costs.
var oneCase = process.Query{Name: "one-case", Backsight: `deprecated case:yes`, Git: []string{"-F", "-e", "deprecated"}}

// contestant is one way to compute the samples.
type contestant struct {
	name, command string
	run           func(context.Context) (cpu time.Duration, err error)
}

// contestants returns the contestants of a query. Two contestants whose ratio has a bar are next to
// each other, except naive and backsight.
func (b *bench) contestants(q process.Query, samples []process.Sample) (all []contestant) {
	own := func(name string, q process.Query, flags ...string) {
		command := strings.ReplaceAll(process.Shell(append([]string{"backsight", "history", "--query", q.Backsight}, flags...)...), b.indexes, "DIR")
		all = append(all, contestant{name, command, func(ctx context.Context) (time.Duration, error) {
			_, cpu, err := b.history(ctx, q, flags...)
			return cpu, err
		}})
	}
	git := func(name string, flags []string, commits string, run func(context.Context, []process.Sample, []string) (time.Duration, error)) {
		flags = slices.Concat(flags, q.Git)
		all = append(all, contestant{name, "git " + process.Shell(flags...) + " " + commits, func(ctx context.Context) (time.Duration, error) { return run(ctx, samples, flags) }})
	}
	if q.Name == "any-case" {
		own(oneCase.Name, oneCase, b.grid...)
	}
	own("backsight", q, b.grid...)
	git("tuned", []string{"-c", "core.deltaBaseCacheLimit=1g", "grep", "--threads=1", "-I", "-c"}, fmt.Sprintf("COMMIT..., %d repositories at a time", runtime.NumCPU()), tuned)
	if q.Name != "no-text" { // an index cannot help that query
		own("warm", q, append([]string{"--index", b.indexes}, b.grid...)...)
		own("every", q, "--index", b.indexes, "--every", "commit")
	}
	git("naive", []string{"grep", "-I", "-c"}, "COMMIT", naive)
	return all
}

// compare runs backsight without and with its index. It compares each value with the number of
// lines that `git grep -o` prints: one per match.
func (b *bench) compare(ctx context.Context, q process.Query) ([]process.Sample, error) {
	out, _, err := b.history(ctx, q, b.grid...)
	if err != nil {
		return nil, err
	}
	indexed, _, err := b.history(ctx, q, append([]string{"--index", b.indexes}, b.grid...)...)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(out, indexed) {
		return nil, errors.New("backsight prints different samples with and without its index")
	}
	samples, err := process.Samples(out)
	if err != nil {
		return nil, err
	}
	counted := map[string]int64{}
	for _, s := range samples {
		if s.Value == nil {
			return nil, fmt.Errorf("%s at %s: the sample has no value; its outcome is %s", s.Repository, s.Time, s.Outcome)
		}
		if s.Commit == "" {
			continue
		}
		key := s.Repository + s.Commit
		if _, known := counted[key]; !known {
			r, err := process.Git(ctx, s.Repository, append(append([]string{"grep", "-I", "-h", "-o"}, q.Git...), s.Commit)...)
			if err != nil {
				return nil, err
			}
			counted[key] = int64(bytes.Count(r.Stdout, []byte{'\n'}))
		}
		if counted[key] != *s.Value {
			return nil, fmt.Errorf("%s at %s (%s): backsight counts %d, git counts %d", s.Repository, s.Time, s.Commit, *s.Value, counted[key])
		}
	}
	return samples, nil
}

// history runs backsight over all repositories. Exit status 1 is not an error: some public clones
// lack objects, and the reasons of their samples name the objects.
func (b *bench) history(ctx context.Context, q process.Query, flags ...string) ([]byte, time.Duration, error) {
	args := append([]string{"history", "--json", "--query", q.Backsight}, flags...)
	r, err := process.Run(exec.CommandContext(ctx, b.binary, append(args, b.dirs...)...))
	return r.Stdout, r.CPU, err
}

// buildIndexes builds the indexes for the contestants warm and every. The query does not matter.
func (b *bench) buildIndexes(ctx context.Context) (err error) {
	if b.indexes, err = os.MkdirTemp("", "backsight-bench-"); err != nil {
		return err
	}
	_, _, err = b.history(ctx, oneCase, append([]string{"--index", b.indexes}, b.grid...)...)
	return err
}

// tuned runs one git grep per repository over its distinct commits, as many concurrently as there
// are processors.
func tuned(ctx context.Context, samples []process.Sample, args []string) (time.Duration, error) {
	commits := map[string][]string{}
	var order []string
	for _, s := range samples {
		if s.Commit == "" || slices.Contains(commits[s.Repository], s.Commit) {
			continue
		}
		if commits[s.Repository] == nil {
			order = append(order, s.Repository)
		}
		commits[s.Repository] = append(commits[s.Repository], s.Commit)
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(process.PackSize(b), process.PackSize(a)) })
	var cpu atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for _, dir := range order {
		group.Go(func() error {
			r, err := process.Git(ctx, dir, slices.Concat(args, commits[dir])...)
			cpu.Add(int64(r.CPU))
			return err
		})
	}
	err := group.Wait()
	return time.Duration(cpu.Load()), err
}

// naive runs git grep once per sample.
func naive(ctx context.Context, samples []process.Sample, args []string) (cpu time.Duration, err error) {
	for _, s := range samples {
		if s.Commit == "" {
			continue
		}
		r, err := process.Git(ctx, s.Repository, slices.Concat(args, []string{s.Commit})...)
		if err != nil {
			return 0, err
		}
		cpu += r.CPU
	}
	return cpu, nil
}
