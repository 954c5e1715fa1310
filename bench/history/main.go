package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/backsight/backsight/bench/process"
)

func main() { process.Main(run) }

func run(ctx context.Context) (err error) {
	b := &bench{}
	flag.IntVar(&b.rounds, "rounds", 3, "number of runs of each contestant")
	flag.IntVar(&b.points, "points", 12, "samples per repository")
	every := flag.String("every", "1month", "time between samples")
	until := flag.String("until", time.Now().UTC().Format(time.DateOnly), "time of the newest sample")
	only := flag.String("query", "", "comma-separated names of queries: literal, any-case, rare, regexp, no-text; all if empty")
	indexes := flag.Bool("indexes", false, "measure the building and updating of history indexes instead of searches")
	binary := flag.String("backsight", "", "path of a backsight binary; if empty, it is built from this tree")
	flag.Parse()
	if b.dirs, err = process.Repositories(flag.Args()); err != nil {
		return err
	}
	defer b.bars.Print()
	if *indexes {
		return indexing(ctx, b.dirs, &b.bars)
	}
	backsight, remove, err := process.Build(ctx, *binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	b.binary, b.grid = backsight, []string{"--every", *every, "--points", fmt.Sprint(b.points), "--until", *until}
	defer func() { err = errors.Join(err, os.RemoveAll(b.indexes)) }()
	if err := b.buildIndexes(ctx); err != nil {
		return err
	}
	fmt.Printf("%d repositories, %d samples each, medians of %d rounds, %d processors\n", len(b.dirs), b.points, b.rounds, runtime.NumCPU())
	for _, q := range process.Queries {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), q.Name) {
			continue
		}
		if err := b.query(ctx, q); err != nil {
			return fmt.Errorf("query %s: %w", q.Name, err)
		}
	}
	return nil
}

// cost is the time that one contestant took in one round, in seconds.
type cost struct{ wall, cpu float64 }

func wall(c cost) float64 { return c.wall }
func cpu(c cost) float64  { return c.cpu }

// query compares the values, then runs the contestants in turn, and prints the medians of their
// costs and ratios.
func (b *bench) query(ctx context.Context, q process.Query) error {
	samples, err := b.compare(ctx, q)
	if err != nil {
		return err
	}
	if q.Name == "any-case" {
		if _, err := b.compare(ctx, oneCase); err != nil {
			return err
		}
	}
	contestants := b.contestants(q, samples)
	costs := map[string][]cost{}
	turns := slices.Clone(contestants)
	for range b.rounds {
		for _, c := range turns {
			began := time.Now()
			used, err := c.run(ctx)
			if err != nil {
				return err
			}
			costs[c.name] = append(costs[c.name], cost{time.Since(began).Seconds(), used.Seconds()})
		}
		slices.Reverse(turns) // contestants next to each other stay next to each other
	}
	fmt.Printf("\n%s\n", q.Name)
	for _, c := range contestants {
		fmt.Printf("  %-10s %8.2f s  CPU %8.2f s  %s\n", c.name, median(costs[c.name], nil, wall), median(costs[c.name], nil, cpu), c.command)
	}
	b.ratios(q, costs)
	return nil
}

// ratios prints ratios of the contestants' wall times and CPU times, with the bars of
// docs/benchmarks.md for wall times.
func (b *bench) ratios(q process.Query, costs map[string][]cost) {
	ratio := func(bound func(what string, got, bar float64, note string), over, under string, bar float64) {
		if len(costs[over]) == 0 || len(costs[under]) == 0 {
			return
		}
		bound(fmt.Sprintf("%s, %d samples: wall time, %s / %s", q.Name, b.points, over, under), median(costs[over], costs[under], wall), bar,
			fmt.Sprintf(" (CPU %.2f)", median(costs[over], costs[under], cpu)))
	}
	var ofNaive, ofTuned, ofWarm, ofEvery float64 // 0 means no bar
	switch {
	case q.Name == "no-text":
		ofTuned = 1
	case b.points == 12:
		ofNaive, ofTuned, ofWarm, ofEvery = 5, 1.5, map[string]float64{"literal": 8, "rare": 30}[q.Name], 1
	case b.points == 52:
		ofNaive, ofTuned = 12, 2.5
	}
	ratio(b.bars.AtLeast, "naive", "backsight", ofNaive)
	ratio(b.bars.AtLeast, "tuned", "backsight", ofTuned)
	ratio(b.bars.AtMost, "backsight", oneCase.Name, 1.3)
	ratio(b.bars.AtLeast, "tuned", "warm", ofWarm)
	ratio(b.bars.AtLeast, "naive", "every", ofEvery)
}

// median returns the median of `costs`, each reduced to a number by `of`. If `others` is not nil,
// it returns the median of the ratios of `costs` to `others` in each round.
func median(costs, others []cost, of func(cost) float64) float64 {
	values := make([]float64, len(costs))
	for i := range costs {
		values[i] = of(costs[i])
		if others != nil {
			values[i] /= of(others[i])
		}
	}
	return process.Median(values)
}
