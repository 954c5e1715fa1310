package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/bench/process"
)

type bench struct {
	binary string
	dirs   []string
	grid   []string
	name   string // of the query
	query  string
	git    []string

	indexes string // folder of the history indexes for the warm contestants
}

// contestant is one way to get the samples, or more than them.
type contestant struct {
	name    string
	indexed bool
	run     func(context.Context, []sample) (cpu time.Duration, err error)
}

func (b *bench) contestants() []contestant {
	return []contestant{{"backsight", false, b.backsight}, {"warm", true, b.warm}, {"every", true, b.every}, {"tuned", false, b.tuned}, {"naive", false, b.naive}}
}

// sample is a line of backsight's JSON.
type sample struct {
	Repository string
	Time       string
	Commit     string
	Outcome    string
	Value      *int64
}

// compare runs backsight once and holds each value against `git grep -o`, which prints each match.
func (b *bench) compare(ctx context.Context) ([]sample, error) {
	out, _, err := b.history(ctx, b.grid...)
	if err != nil {
		return nil, err
	}
	indexed, _, err := b.history(ctx, append([]string{"--index", b.indexes}, b.grid...)...)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(out, indexed) {
		return nil, errors.New("backsight prints other samples with its index than without")
	}
	var samples []sample
	for lines := json.NewDecoder(bytes.NewReader(out)); lines.More(); {
		var s sample
		if err := lines.Decode(&s); err != nil {
			return nil, fmt.Errorf("backsight's output: %w", err)
		}
		samples = append(samples, s)
	}
	counted := map[string]int64{}
	for _, s := range samples {
		if s.Value == nil {
			return nil, fmt.Errorf("%s at %s: %s", s.Repository, s.Time, s.Outcome)
		}
		if s.Commit == "" {
			continue
		}
		key := s.Repository + s.Commit
		if _, known := counted[key]; !known {
			out, _, err := grep(ctx, s.Repository, nil, append([]string{"-I", "-h", "-o"}, b.git...), s.Commit)
			if err != nil {
				return nil, err
			}
			counted[key] = int64(bytes.Count(out, []byte{'\n'}))
		}
		if counted[key] != *s.Value {
			return nil, fmt.Errorf("%s at %s (%s): backsight counts %d, git %d", s.Repository, s.Time, s.Commit, *s.Value, counted[key])
		}
	}
	return samples, nil
}

// history runs backsight over all repositories. Status 1 is not an error: public clones lack objects, and the samples
// say so.
func (b *bench) history(ctx context.Context, flags ...string) ([]byte, time.Duration, error) {
	args := append([]string{"history", "--json", "--query", b.query}, flags...)
	r, err := process.Run(exec.CommandContext(ctx, b.binary, append(args, b.dirs...)...))
	return r.Stdout, r.CPU, err
}

func (b *bench) backsight(ctx context.Context, _ []sample) (time.Duration, error) {
	_, cpu, err := b.history(ctx, b.grid...)
	return cpu, err
}

// buildIndexes makes the indexes for the warm contestants. Any query does.
func (b *bench) buildIndexes(ctx context.Context) (err error) {
	if b.indexes, err = os.MkdirTemp("", "backsight-bench-"); err != nil {
		return err
	}
	b.query = "any"
	_, _, err = b.history(ctx, append([]string{"--index", b.indexes}, b.grid...)...)
	return err
}

// warm is backsight with its indexes.
func (b *bench) warm(ctx context.Context, _ []sample) (time.Duration, error) {
	_, cpu, err := b.history(ctx, append([]string{"--index", b.indexes}, b.grid...)...)
	return cpu, err
}

// every lists, with the indexes, each commit of the whole history that changed the count.
func (b *bench) every(ctx context.Context, _ []sample) (time.Duration, error) {
	_, cpu, err := b.history(ctx, "--index", b.indexes, "--every", "commit")
	return cpu, err
}

// tuned runs one git grep per repository over its distinct commits, as many at a time as there are processors.
func (b *bench) tuned(ctx context.Context, samples []sample) (time.Duration, error) {
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
			_, used, err := grep(ctx, dir, []string{"-c", "core.deltaBaseCacheLimit=1g"}, append([]string{"--threads=1", "-I", "-c"}, b.git...), commits[dir]...)
			cpu.Add(int64(used))
			return err
		})
	}
	err := group.Wait()
	return time.Duration(cpu.Load()), err
}

// naive runs git grep once per sample.
func (b *bench) naive(ctx context.Context, samples []sample) (time.Duration, error) {
	var cpu time.Duration
	for _, s := range samples {
		if s.Commit == "" {
			continue
		}
		_, used, err := grep(ctx, s.Repository, nil, append([]string{"-I", "-c"}, b.git...), s.Commit)
		if err != nil {
			return 0, err
		}
		cpu += used
	}
	return cpu, nil
}

func grep(ctx context.Context, dir string, config, flags []string, commits ...string) ([]byte, time.Duration, error) {
	r, err := process.Git(ctx, dir, append(append(append(config, "grep"), flags...), commits...)...)
	return r.Stdout, r.CPU, err
}
