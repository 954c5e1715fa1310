package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/backsight/backsight/gitrepo"
)

// queries are what is timed: what people count, in the three ways that search engines find hard.
var queries = []struct {
	name      string
	backsight string
	git       []string // flags and pattern of git grep with the same meaning
}{
	{"literal", `TODO case:yes`, []string{"-F", "-e", "TODO"}},
	{"any-case", `deprecated`, []string{"-i", "-F", "-e", "deprecated"}},
	{"rare", `ErrClosed case:yes`, []string{"-F", "-e", "ErrClosed"}},
	{"regexp", `patterntype:regexp case:yes [a-z]+Context\(`, []string{"-P", "-e", `[a-z]+Context\(`}},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	rounds := flag.Int("rounds", 5, "how often each contestant runs")
	points := flag.Int("points", 12, "samples per repository")
	every := flag.String("every", "1month", "time between samples")
	until := flag.String("until", time.Now().UTC().Format(time.DateOnly), "the newest sample's time")
	only := flag.String("query", "", "one query's name instead of all")
	indexes := flag.Bool("indexes", false, "instead of searches, time building the history indexes and bringing them up to date")
	binary := flag.String("backsight", "", "a built backsight; unless given, it is built from this tree")
	flag.Parse()
	if flag.NArg() == 0 {
		return errors.New("name the repositories to search, or folders that hold them")
	}
	var dirs []string
	for _, root := range flag.Args() {
		found, err := gitrepo.Find(root)
		if err != nil {
			return err
		}
		dirs = append(dirs, found...)
	}
	if len(dirs) == 0 {
		return errors.New("there are no repositories below the folders named")
	}
	if *indexes {
		return indexing(ctx, dirs)
	}
	if *binary == "" {
		dir, err := os.MkdirTemp("", "backsight-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		*binary = filepath.Join(dir, "backsight")
		build := exec.CommandContext(ctx, "go", "build", "-o", *binary, "./cmd/backsight")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build backsight: %w", err)
		}
	}
	b := &bench{binary: *binary, dirs: dirs, grid: []string{"--every", *every, "--points", fmt.Sprint(*points), "--until", *until}}
	if err := b.buildIndexes(ctx); err != nil {
		return err
	}
	defer os.RemoveAll(b.indexes)
	fmt.Printf("%d repositories, %d samples each, %d rounds, %d processors\n\n", len(dirs), *points, *rounds, runtime.NumCPU())
	fmt.Printf("%-10s %-5s", "query", "")
	for _, c := range b.contestants() {
		fmt.Printf(" %10s", c.name)
	}
	fmt.Printf("   %s\n", "tuned/backsight  naive/backsight  tuned/warm  naive/every")
	for _, q := range queries {
		if *only != "" && q.name != *only {
			continue
		}
		b.query, b.git = q.backsight, q.git
		samples, err := b.compare(ctx)
		if err != nil {
			return fmt.Errorf("query %s: %w", q.name, err)
		}
		if err := b.time(ctx, q.name, samples, *rounds); err != nil {
			return fmt.Errorf("query %s: %w", q.name, err)
		}
	}
	return nil
}

// cost is what one contestant took in one round.
type cost struct{ wall, cpu time.Duration }

// time lets the contestants take turns and prints the medians.
func (b *bench) time(ctx context.Context, name string, samples []sample, rounds int) error {
	contestants := b.contestants()
	costs := make([][]cost, len(contestants))
	for round := range rounds {
		for i := range contestants {
			who := (round + i) % len(contestants)
			began := time.Now()
			cpu, err := contestants[who].run(ctx, samples)
			if err != nil {
				return err
			}
			costs[who] = append(costs[who], cost{time.Since(began), cpu})
		}
	}
	for _, measure := range []struct {
		name string
		of   func(cost) time.Duration
	}{{"wall", func(c cost) time.Duration { return c.wall }}, {"cpu", func(c cost) time.Duration { return c.cpu }}} {
		fmt.Printf("%-10s %-5s", name, measure.name)
		m := map[string]float64{}
		for i, c := range contestants {
			m[c.name] = median(costs[i], measure.of).Seconds()
			fmt.Printf(" %9.2fs", m[c.name])
		}
		fmt.Printf("   %14.1fx %15.1fx %10.1fx %11.1fx\n", m["tuned"]/m["backsight"], m["naive"]/m["backsight"], m["tuned"]/m["warm"], m["naive"]/m["every"])
		name = ""
	}
	return nil
}

func median(costs []cost, of func(cost) time.Duration) time.Duration {
	all := make([]time.Duration, len(costs))
	for i, c := range costs {
		all[i] = of(c)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
