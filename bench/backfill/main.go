// Command backfill times an insight's way from creation to complete, through the API, Temporal workflows and Postgres, against
// the bare engine on the same input: what orchestration costs. Both run in turn, and their values are compared.
//
//	go run ./bench/backfill [flags] DIR
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
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
	// Another account than ours may have to enter: Postgres does not run as root.
	dir, err := os.MkdirTemp("", "backsight-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	b := &bench{root: flag.Arg(0), binary: filepath.Join(dir, "backsight"), query: *query, grid: []string{"--every", *every, "--points", fmt.Sprint(*points)}}
	build := exec.CommandContext(ctx, "go", "build", "-o", b.binary, "./cmd/backsight")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build backsight: %w", err)
	}
	stopServer, err := b.up(ctx, filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopServer()) }()
	repositories, err := b.indexed(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d repositories, %d samples each, %d rounds, %d processors\n\n", repositories, *points, *rounds, runtime.NumCPU())
	fmt.Printf("%8s %8s   %s\n", "backfill", "history", "backfill/history")
	var backfills, histories, ratios []float64
	for round := range *rounds + 1 {
		backfill, history, err := b.round(ctx, round)
		if err != nil {
			return err
		}
		if round == 0 {
			continue // warms the file cache for both
		}
		fmt.Printf("%7.2fs %7.2fs   %.2f\n", backfill.Seconds(), history.Seconds(), backfill.Seconds()/history.Seconds())
		backfills, histories = append(backfills, backfill.Seconds()), append(histories, history.Seconds())
		ratios = append(ratios, backfill.Seconds()/history.Seconds())
	}
	fmt.Printf("\nmedian: %.2fs %.2fs, ratio %.2f\n", median(backfills), median(histories), median(ratios))
	return nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

type bench struct {
	root, binary, query, url string
	grid                     []string
}

// up starts the product and returns when it is ready.
func (b *bench) up(ctx context.Context, data string) (stop func() error, err error) {
	cmd := exec.CommandContext(ctx, b.binary, "up", "--repos", b.root, "--data", data, "--listen", "127.0.0.1:0", "--json")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() error {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		return cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start backsight: %w", err), stop())
	}
	var ready struct{ URL string }
	if err := json.Unmarshal(line, &ready); err != nil {
		return nil, errors.Join(fmt.Errorf("start backsight: it printed %q: %w", line, err), stop())
	}
	b.url = ready.URL
	return stop, nil
}

// indexed waits until every repository is read, and returns how many there are.
func (b *bench) indexed(ctx context.Context) (n int, err error) {
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); {
		out, err := b.command(ctx, "repo", "list", "--json")
		if err != nil {
			return 0, err
		}
		n = bytes.Count(out, []byte("\n"))
		if n > 0 && !bytes.Contains(out, []byte(`"indexedAt":null`)) {
			return n, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, errors.New("the repositories were not read within 5 minutes")
}

func (b *bench) command(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Env = append(os.Environ(), "BACKSIGHT_SERVER="+b.url)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	// Status 1 of create and history says that samples are partial; the values tell whether both are.
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		return nil, fmt.Errorf("backsight %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, nil
}

// round runs both contestants and compares what they found.
func (b *bench) round(ctx context.Context, round int) (backfill, history time.Duration, err error) {
	began := time.Now()
	create := append([]string{"insight", "create", "--json", "--wait", "--title", fmt.Sprintf("round %d", round), "--query", b.query}, b.grid...)
	out, err := b.command(ctx, create...)
	if err != nil {
		return 0, 0, err
	}
	backfill = time.Since(began)
	var created struct{ ID string }
	if err := json.Unmarshal(out, &created); err != nil {
		return 0, 0, fmt.Errorf("insight create printed %q: %w", out, err)
	}
	out, err = b.command(ctx, "insight", "points", created.ID, "--json")
	if err != nil {
		return 0, 0, err
	}
	stored, err := sums(out)
	if err != nil {
		return 0, 0, err
	}
	var newest string
	for at := range stored {
		newest = max(newest, at)
	}

	dirs, err := filepath.Glob(filepath.Join(b.root, "*"))
	if err != nil {
		return 0, 0, err
	}
	began = time.Now()
	args := append([]string{"history", "--json", "--query", b.query, "--until", newest}, b.grid...)
	if out, err = b.command(ctx, append(args, dirs...)...); err != nil {
		return 0, 0, err
	}
	history = time.Since(began)
	bare, err := sums(out)
	if err != nil {
		return 0, 0, err
	}
	for at, value := range stored {
		if bare[at] != value {
			return 0, 0, fmt.Errorf("at %s the backfill has %v and history %v", at, value, bare[at])
		}
	}
	// The next round's series must not be this one.
	_, err = b.command(ctx, "insight", "delete", created.ID)
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
