package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/backsight/backsight/bench/process"
)

func main() { process.Main(run) }

type exact struct {
	binary      string
	indexes     string // folder of the history indexes
	dirs        []string
	grid        []string
	unexplained int
	bars        process.Bars
}

func run(ctx context.Context) (err error) {
	seed := flag.Uint64("seed", 1, "seed of the random choice of commits")
	commits := flag.Int("commits", 500, "number of random commits at which git counts, for each of three queries")
	points := flag.Int("points", 12, "samples per repository")
	every := flag.String("every", "1month", "time between samples")
	until := flag.String("until", time.Now().UTC().Format(time.DateOnly), "time of the newest sample")
	binary := flag.String("backsight", "", "path of a backsight binary; if empty, it is built from this tree")
	flag.Parse()
	e := &exact{grid: []string{"--every", *every, "--points", fmt.Sprint(*points), "--until", *until}}
	if e.dirs, err = process.Repositories(flag.Args()); err != nil {
		return err
	}
	var remove func() error
	if e.binary, remove, err = process.Build(ctx, *binary); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if e.indexes, err = os.MkdirTemp("", "backsight-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(e.indexes)) }()
	defer e.bars.Print()
	for _, q := range process.Queries {
		if err := e.frames(ctx, q); err != nil {
			return fmt.Errorf("query %s: %w", q.Backsight, err)
		}
	}
	for _, q := range process.Queries[:3] {
		if err := e.commits(ctx, q, *seed, *commits); err != nil {
			return fmt.Errorf("query %s: %w", q.Backsight, err)
		}
	}
	if e.unexplained > 0 {
		return fmt.Errorf("%d values differ without an explanation", e.unexplained)
	}
	return nil
}

// history runs `backsight history` over all repositories.
func (e *exact) history(ctx context.Context, query string, flags ...string) (process.Result, error) {
	args := append([]string{"history", "--json", "--query", query}, flags...)
	return process.Run(exec.CommandContext(ctx, e.binary, append(args, e.dirs...)...))
}
