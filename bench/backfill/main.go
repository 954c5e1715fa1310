// Command backfill times an insight's way from creation to complete, through the API, Temporal workflows and Postgres, against
// the bare engine on the same input: what orchestration costs. Both run in turn, and their values are compared.
//
//	go run ./bench/backfill [flags] DIR
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/backsight/backsight/bench/product"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	rounds := flag.Int("rounds", 5, "how often each contestant runs, after a first round that does not count")
	query := flag.String("query", "TODO case:yes", "what is counted")
	points := flag.Int("points", 12, "samples per repository")
	every := flag.String("every", "1month", "time between samples")
	flag.Parse()
	if flag.NArg() != 1 {
		return errors.New("name one folder that holds repositories")
	}
	root := flag.Arg(0)
	p, err := product.Start(ctx, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	// Without history indexes: the bare engine has none either, and making them takes a core.
	if _, err := p.Command(ctx, "settings", "set", "backsight.index.budget", "0"); err != nil {
		return err
	}
	b := &bench{product: p, root: root, query: *query, grid: []string{"--every", *every, "--points", fmt.Sprint(*points)}}
	repositories, err := p.Indexed(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d repositories, %d samples each, %d rounds, %d processors\n\n", repositories, *points, *rounds, runtime.NumCPU())
	fmt.Printf("%8s %8s   %-16s   %s\n", "backfill", "history", "backfill/history", "the same in processor time of all processes")
	var backfills, histories, ratios, cpus []float64
	for round := range *rounds + 1 {
		backfill, history, err := b.round(ctx, round)
		if err != nil {
			return err
		}
		if round == 0 {
			continue // warms the file cache for both
		}
		ratio, cpu := backfill.wall.Seconds()/history.wall.Seconds(), backfill.cpu.Seconds()/history.cpu.Seconds()
		fmt.Printf("%7.2fs %7.2fs   %-16.2f   %.2fs %.2fs %.2f\n", backfill.wall.Seconds(), history.wall.Seconds(), ratio, backfill.cpu.Seconds(), history.cpu.Seconds(), cpu)
		backfills, histories = append(backfills, backfill.wall.Seconds()), append(histories, history.wall.Seconds())
		ratios, cpus = append(ratios, ratio), append(cpus, cpu)
	}
	fmt.Printf("\nmedian: %.2fs %.2fs, ratio %.2f; in processor time %.2f\n", median(backfills), median(histories), median(ratios), median(cpus))
	return nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

type bench struct {
	product     *product.Product
	root, query string
	grid        []string
}

// cost is what a contestant took.
type cost struct{ wall, cpu time.Duration }

// round runs both contestants and compares what they found.
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

	dirs, err := filepath.Glob(filepath.Join(b.root, "*"))
	if err != nil {
		return backfill, history, err
	}
	began = time.Now()
	args := append([]string{"history", "--json", "--query", b.query, "--until", newest}, b.grid...)
	if out, history.cpu, err = b.product.Timed(ctx, append(args, dirs...)...); err != nil {
		return backfill, history, err
	}
	history.wall = time.Since(began)
	bare, err := sums(out)
	if err != nil {
		return backfill, history, err
	}
	for at, value := range stored {
		if bare[at] != value {
			return backfill, history, fmt.Errorf("at %s the backfill has %v and history %v", at, value, bare[at])
		}
	}
	// The next round's series must not be this one.
	_, err = b.product.Command(ctx, "insight", "delete", id)
	return backfill, history, err
}

// sums adds the values of JSON lines by time.
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
		return nil, errors.New("there are no points")
	}
	return byTime, nil
}
