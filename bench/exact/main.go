package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"github.com/backsight/backsight/bench/process"
)

// queries are searched through the frames: the ways in which an engine can be fast, and so wrong.
var queries = []struct {
	backsight string
	git       []string // flags and pattern of git grep with the same meaning
}{
	{`TODO case:yes`, []string{"-F", "-e", "TODO"}},
	{`deprecated`, []string{"-i", "-F", "-e", "deprecated"}},
	{`ErrClosed case:yes`, []string{"-F", "-e", "ErrClosed"}},
	{`patterntype:regexp case:yes [a-z]+Context\(`, []string{"-P", "-e", `[a-z]+Context\(`}},
	// \s of git would match within a line only, as grep's lines have no line feed in them.
	{`patterntype:regexp case:yes \w+[\t ]*\(`, []string{"-P", "-e", `\w+[\t ]*\(`}},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// exact is the state of one run.
type exact struct {
	binary      string
	indexes     string // folder of the history indexes
	dirs        []string
	grid        []string
	unexplained int
}

func run(ctx context.Context) (err error) {
	seed := flag.Uint64("seed", 1, "draws the commits that are counted by git")
	commits := flag.Int("commits", 500, "how many commits are counted by git")
	points := flag.Int("points", 12, "samples per repository")
	every := flag.String("every", "1month", "time between samples")
	until := flag.String("until", time.Now().UTC().Format(time.DateOnly), "the newest sample's time")
	binary := flag.String("backsight", "", "a built backsight; unless given, it is built from this tree")
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
	for _, q := range queries {
		if err := e.frames(ctx, q.backsight, q.git); err != nil {
			return fmt.Errorf("query %s: %w", q.backsight, err)
		}
	}
	for _, q := range queries[:3] {
		if err := e.commits(ctx, q.backsight, q.git, *seed, *commits); err != nil {
			return fmt.Errorf("query %s: %w", q.backsight, err)
		}
	}
	if e.unexplained > 0 {
		return fmt.Errorf("%d values differ, and nothing explains why", e.unexplained)
	}
	return nil
}

// history runs `backsight history` over all repositories.
func (e *exact) history(ctx context.Context, query string, flags ...string) (process.Result, error) {
	args := append([]string{"history", "--json", "--query", query}, flags...)
	return process.Run(exec.CommandContext(ctx, e.binary, append(args, e.dirs...)...))
}
