package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"time"

	"github.com/backsight/backsight/bench/process"
)

const noText = "no-text"

// queries are what is timed: what people count, in the ways that search engines find hard.
var queries = []struct {
	name      string
	backsight string
	git       []string // flags and pattern of git grep with the same meaning
}{
	{"literal", `TODO case:yes`, []string{"-F", "-e", "TODO"}},
	{"any-case", `deprecated`, []string{"-i", "-F", "-e", "deprecated"}},
	{"one-case", `deprecated case:yes`, []string{"-F", "-e", "deprecated"}}, // any-case against this: what folding costs
	{"rare", `ErrClosed case:yes`, []string{"-F", "-e", "ErrClosed"}},
	{"regexp", `patterntype:regexp case:yes [a-z]+Context\(`, []string{"-P", "-e", `[a-z]+Context\(`}},
	// No text that every match holds. Not \s: grep's lines hold no line feed, ours may match across it.
	// An index is of no use for it, so the contestants that have one do not run.
	{noText, `patterntype:regexp case:yes \w+[\t ]*\(`, []string{"-P", "-e", `\w+[\t ]*\(`}},
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
	rounds := flag.Int("rounds", 5, "how often each contestant runs")
	points := flag.Int("points", 12, "samples per repository")
	every := flag.String("every", "1month", "time between samples")
	until := flag.String("until", time.Now().UTC().Format(time.DateOnly), "the newest sample's time")
	only := flag.String("query", "", "one query's name instead of all")
	indexes := flag.Bool("indexes", false, "instead of searches, time building the history indexes and bringing them up to date")
	binary := flag.String("backsight", "", "a built backsight; unless given, it is built from this tree")
	flag.Parse()
	dirs, err := process.Repositories(flag.Args())
	if err != nil {
		return err
	}
	if *indexes {
		return indexing(ctx, dirs)
	}
	backsight, remove, err := process.Build(ctx, *binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	b := &bench{binary: backsight, dirs: dirs, grid: []string{"--every", *every, "--points", fmt.Sprint(*points), "--until", *until}}
	if err := b.buildIndexes(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.indexes)) }()
	fmt.Printf("%d repositories, %d samples each, %d rounds, %d processors\n\n", len(dirs), *points, *rounds, runtime.NumCPU())
	fmt.Printf("%-10s %-5s", "query", "")
	for _, c := range b.contestants() {
		fmt.Printf(" %10s", c.name)
	}
	fmt.Printf("   %s\n", "tuned/backsight  naive/backsight  tuned/warm  naive/every")
	cpu := map[string]float64{} // of backsight without index, by query
	for _, q := range queries {
		if *only != "" && q.name != *only {
			continue
		}
		b.name, b.query, b.git = q.name, q.backsight, q.git
		samples, err := b.compare(ctx)
		if err != nil {
			return fmt.Errorf("query %s: %w", q.name, err)
		}
		if cpu[q.name], err = b.time(ctx, q.name, samples, *rounds); err != nil {
			return fmt.Errorf("query %s: %w", q.name, err)
		}
	}
	if folded, exact := cpu["any-case"], cpu["one-case"]; folded > 0 && exact > 0 {
		fmt.Printf("\nany-case / one-case, CPU of backsight: %.2f\n", folded/exact)
	}
	return nil
}

// cost is what one contestant took in one round.
type cost struct{ wall, cpu time.Duration }

// time lets the contestants take turns and prints the medians. It returns backsight's CPU seconds.
func (b *bench) time(ctx context.Context, name string, samples []sample, rounds int) (own float64, err error) {
	contestants := b.contestants()
	costs := make([][]cost, len(contestants))
	for round := range rounds {
		for i := range contestants {
			who := (round + i) % len(contestants)
			if contestants[who].indexed && b.name == noText {
				continue
			}
			began := time.Now()
			cpu, err := contestants[who].run(ctx, samples)
			if err != nil {
				return 0, err
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
			if len(costs[i]) == 0 {
				fmt.Printf(" %10s", "")
				continue
			}
			m[c.name] = median(costs[i], measure.of).Seconds()
			fmt.Printf(" %9.2fs", m[c.name])
		}
		fmt.Printf("   %14.1fx %15.1fx", m["tuned"]/m["backsight"], m["naive"]/m["backsight"])
		if m["warm"] > 0 {
			fmt.Printf(" %10.1fx %11.1fx", m["tuned"]/m["warm"], m["naive"]/m["every"])
		}
		fmt.Println()
		name, own = "", m["backsight"] // of CPU in the end
	}
	return own, nil
}

func median(costs []cost, of func(cost) time.Duration) time.Duration {
	all := make([]time.Duration, len(costs))
	for i, c := range costs {
		all[i] = of(c)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
