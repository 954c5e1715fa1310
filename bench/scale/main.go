// Command scale generates an installation of many small repositories and times one insight over all of them, with everything
// (Postgres, Temporal, worker, API) on this machine. It reports what a sample costs.
//
//	go run ./bench/scale [-n 36000] [-dir DIR]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/bench/product"
	"github.com/backsight/backsight/insights"
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
	n := flag.Int("n", 36_000, "how many repositories")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "backsight-scale"), "where the generated repositories are kept")
	points := flag.Int("points", 12, "samples per repository")
	flag.Parse()

	root := filepath.Join(*dir, strconv.Itoa(*n))
	step := stopwatch()
	if err := generate(ctx, root, *n); err != nil {
		return err
	}
	step("generate")
	p, err := product.Start(ctx, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	step("start and register")
	repositories, err := p.Indexed(ctx)
	if err != nil {
		return err
	}
	step("read all repositories")
	fmt.Printf("%d repositories, %d samples each, %d processors\n", repositories, *points, runtime.NumCPU())

	began := time.Now()
	id, err := p.Create(ctx, "--title", "scale", "--query", "TODO case:yes", "--every", "1month", "--points", strconv.Itoa(*points))
	if err != nil {
		return err
	}
	took := time.Since(began)
	step("insight, from creation to complete")
	out, err := p.Command(ctx, "series", "status", id, "--json")
	if err != nil {
		return err
	}
	var tally insights.Completeness
	if err := json.Unmarshal(out, &tally); err != nil {
		return fmt.Errorf("series status printed %q: %w", out, err)
	}
	fmt.Printf("%d samples in %.1fs: %.0f samples/s; %d counted, %d reused, %d absent, %d partial, %d failed\n",
		tally.Planned, took.Seconds(), float64(tally.Planned)/took.Seconds(), tally.Counted, tally.Reused, tally.Absent, tally.Partial, tally.Failed)
	return reportMemory(p.Pid)
}

// stopwatch returns a function that prints the time since its last call.
func stopwatch() func(what string) {
	last := time.Now()
	return func(what string) {
		fmt.Printf("%8.1fs  %s\n", time.Since(last).Seconds(), what)
		last = time.Now()
	}
}

// reportMemory prints the peak of resident memory of the product's processes.
func reportMemory(parent int) error {
	stats, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil {
		return err
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		fields := map[string]string{}
		for line := range strings.Lines(string(text)) {
			name, value, _ := strings.Cut(line, ":")
			fields[name] = strings.TrimSpace(value)
		}
		if fields["PPid"] == strconv.Itoa(parent) {
			fmt.Printf("peak memory of %s: %s\n", fields["Name"], fields["VmHWM"])
		}
	}
	return nil
}
