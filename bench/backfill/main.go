// Command backfill measures what orchestration costs. It compares the time of an insight from its
// creation until it is complete, through the API, Temporal workflows and Postgres, with the time of
// `backsight history` on the same repositories and times. The two run in turn, and their values are
// compared.
//
//	go run ./bench/backfill [flags] FOLDER...
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"runtime"
	"time"

	"github.com/backsight/backsight/bench/process"
	"github.com/backsight/backsight/bench/product"
)

func main() { process.Main(run) }

func run(ctx context.Context) (err error) {
	rounds := flag.Int("rounds", 5, "number of runs of the backfill and of backsight history each, after a warm-up round")
	query := flag.String("query", "TODO case:yes", "query to count")
	points := flag.Int("points", 12, "samples per repository")
	every := flag.String("every", "1month", "time between samples")
	flag.Parse()
	dirs, err := process.Repositories(flag.Args())
	if err != nil {
		return err
	}
	p, err := product.Start(ctx, flag.Args()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	// History indexes are off, because `backsight history` has none here, and building them would
	// use a core.
	if _, err := p.Command(ctx, "settings", "set", "backsight.index.budget", "0"); err != nil {
		return err
	}
	b := &bench{product: p, dirs: dirs, query: *query, grid: []string{"--every", *every, "--points", fmt.Sprint(*points)}}
	repositories, err := p.Indexed(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d repositories, %d samples each, medians of %d rounds, %d processors\n", repositories, *points, *rounds, runtime.NumCPU())
	fmt.Printf("  backfill    %s\n", process.Shell(append([]string{"backsight", "insight", "create", "--wait", "--query", *query}, b.grid...)...))
	fmt.Printf("  history     %s\n\n", process.Shell(append([]string{"backsight", "history", "--query", *query}, b.grid...)...))
	var wallRatios, cpuRatios []float64
	for round := range *rounds + 1 {
		backfill, history, err := b.round(ctx, round)
		if err != nil {
			return err
		}
		if round == 0 {
			continue // this round warms the file cache for both
		}
		wallRatios = append(wallRatios, backfill.wall.Seconds()/history.wall.Seconds())
		cpuRatios = append(cpuRatios, backfill.cpu.Seconds()/history.cpu.Seconds())
		for _, c := range []struct {
			name string
			cost
		}{{"backfill", backfill}, {"history", history}} {
			fmt.Printf("  %-10s %8.2f s  CPU %8.2f s\n", c.name, c.wall.Seconds(), c.cpu.Seconds())
		}
	}
	var bars process.Bars
	bars.AtMost(fmt.Sprintf("%d repositories: wall time, backfill / history", repositories), process.Median(wallRatios), 1.3, fmt.Sprintf(" (CPU %.2f)", process.Median(cpuRatios)))
	bars.Print()
	return nil
}

type bench struct {
	product *product.Product
	dirs    []string
	query   string
	grid    []string
}

// cost is the time that the backfill or `backsight history` took in one round.
type cost struct{ wall, cpu time.Duration }

// round runs the backfill and `backsight history`, and compares their values.
func (b *bench) round(ctx context.Context, round int) (backfill, history cost, err error) {
	before, err := b.product.CPU()
	if err != nil {
		return backfill, history, err
	}
	began := time.Now()
	id, err := b.product.Create(ctx, append([]string{"--title", fmt.Sprintf("round %d", round), "--query", b.query}, b.grid...)...)
	if err != nil {
		return backfill, history, err
	}
	backfill.wall = time.Since(began)
	after, err := b.product.CPU()
	if err != nil {
		return backfill, history, err
	}
	backfill.cpu = after - before
	out, err := b.product.Command(ctx, "insight", "points", id, "--json")
	if err != nil {
		return backfill, history, err
	}
	stored, err := sums(out)
	if err != nil {
		return backfill, history, err
	}
	var newest string
	for at := range stored {
		newest = max(newest, at)
	}

	args := append([]string{"history", "--json", "--query", b.query, "--until", newest}, b.grid...)
	r, err := process.Run(exec.CommandContext(ctx, b.product.Binary, append(args, b.dirs...)...))
	if err != nil {
		return backfill, history, err
	}
	history = cost{r.Wall, r.CPU}
	bare, err := sums(r.Stdout)
	if err != nil {
		return backfill, history, err
	}
	for at, value := range stored {
		if bare[at] != value {
			return backfill, history, fmt.Errorf("at %s: the backfill has %v, history has %v", at, value, bare[at])
		}
	}
	// Delete the insight, because the next round would otherwise reuse its series.
	_, err = b.product.Command(ctx, "insight", "delete", id)
	return backfill, history, err
}

// sums returns the sums of the values in JSON lines, by time.
func sums(lines []byte) (map[string]float64, error) {
	byTime := map[string]float64{}
	for line := range bytes.Lines(lines) {
		var point struct {
			Time  string
			Value float64
		}
		if err := json.Unmarshal(line, &point); err != nil {
			return nil, fmt.Errorf("not a line of JSON: %q: %w", line, err)
		}
		byTime[point.Time] += point.Value
	}
	if len(byTime) == 0 {
		return nil, errors.New("the output has no points")
	}
	return byTime, nil
}
