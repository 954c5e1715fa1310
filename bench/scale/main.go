// Command scale generates an installation of many small repositories. It measures how long one
// insight over all of them takes, with Postgres, Temporal, the worker and the API on this machine.
// Then it adds a commit to one repository in twenty, and measures the next recording. It reports
// what a sample costs.
//
//	go run ./bench/scale [-n 36000] [-dir DIR]
//
// Other modes:
//
//	go run ./bench/scale -ledger [-n 50000 -points 24]   # only the store
//	go run ./bench/scale -values 20000 -points 1000      # an export by captured value
//	go run ./bench/scale -n 20000 -priority              # small series beside a large one
//	go run ./bench/scale -generate [-n 36000]            # only generate the repositories
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/bench/process"
	"github.com/backsight/backsight/bench/product"
	"github.com/backsight/backsight/insights"
)

func main() { process.Main(run) }

func run(ctx context.Context) (err error) {
	n := flag.Int("n", 36_000, "number of repositories")
	dir := flag.String("dir", filepath.Join(os.TempDir(), "backsight-scale"), "folder of the generated repositories, which are reused")
	points := flag.Int("points", 12, "samples per repository")
	recording := flag.Duration("recording", 0, "time from the insight's creation to its first recording; 0 means a minute plus 6 ms per repository")
	ledger := flag.Bool("ledger", false, "measure only the store: plan, write and read one series, without searches")
	values := flag.Int("values", 0, "measure only the export of a series with so many captured values at each of -points times")
	only := flag.Bool("generate", false, "only generate the repositories")
	priority := flag.Bool("priority", false, "measure how long series of three repositories take while a series over all repositories is computed")
	flag.Parse()
	switch {
	case *ledger:
		return withStore(ctx, func(in *inside, postgres int) error { return in.measureLedger(ctx, postgres, *n, *points) })
	case *values > 0:
		return withStore(ctx, func(in *inside, _ int) error { return in.measureExport(ctx, *values, *points) })
	}
	if *recording == 0 {
		*recording = time.Minute + time.Duration(*n)*6*time.Millisecond
	}

	root := filepath.Join(*dir, strconv.Itoa(*n))
	step := stopwatch()
	if err := generate(ctx, root, *n); err != nil {
		return err
	}
	step("generate")
	if *only {
		return nil
	}
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
	step("sync all repositories")
	fmt.Printf("%d repositories, %d samples each, %d processors\n", repositories, *points, runtime.NumCPU())

	in, err := lookInside(ctx, p)
	if err != nil {
		return err
	}
	defer in.close()
	defer in.bars.Print()
	if *priority {
		return comparePriority(ctx, in, *points)
	}
	// The first recording must be due after the end of the backfill.
	began := time.Now()
	series, next, err := in.create(ctx, "TODO case:yes", *points, began.Add(*recording))
	if err != nil {
		return err
	}
	first, planned, err := in.complete(ctx, series)
	if err != nil {
		return err
	}
	took := time.Since(began)
	tally, err := in.store.Samples.Completeness(ctx, series.ID)
	if err != nil {
		return err
	}
	fmt.Printf("plan written after %.1fs\n", planned.Sub(began).Seconds())
	in.bars.AtMost("insight, from creation to complete", took.Seconds(), 300, " s")
	in.bars.AtMost("first values in the chart", first.Sub(began).Seconds(), 5, " s")
	fmt.Printf("%d samples in %.1fs: %.0f samples/s, %.0f searched/s; %d counted, %d reused, %d absent, %d partial, %d failed\n",
		tally.Planned, took.Seconds(), float64(tally.Planned)/took.Seconds(), float64(tally.Counted)/took.Seconds(),
		tally.Counted, tally.Reused, tally.Absent, tally.Partial, tally.Failed)
	if tally.Partial+tally.Failed > 0 {
		return errors.New("some samples are partial or failed, although the generated repositories are complete")
	}
	if err := errors.Join(in.reportStorage(ctx), in.reportWorkflows(ctx, series), in.reportMemory()); err != nil {
		return err
	}
	return record(ctx, in, series, root, *n, next)
}

// record adds commits to some repositories, and measures the recording that follows.
func record(ctx context.Context, in *inside, series insights.Series, root string, n int, next time.Time) (err error) {
	changed, undo, err := change(ctx, root, n)
	if undo != nil {
		defer func() { err = errors.Join(err, undo()) }()
	}
	if err != nil {
		return err
	}
	if left := time.Until(next); left > 0 {
		fmt.Printf("%d repositories have a new commit; the recording is due in %.0fs\n", changed, left.Seconds())
	} else {
		fmt.Println("the recording was due while the repositories changed: choose a larger -recording")
	}
	began, ended, err := in.recorded(ctx, series, next)
	if err != nil {
		return err
	}
	tally, err := in.outcomesAt(ctx, series, next)
	if err != nil {
		return err
	}
	in.bars.AtMost("recording, from its due time to complete", ended.Sub(next).Seconds(), 30, " s")
	fmt.Printf("the recording began %.1fs after it was due: %d counted, %d reused, %d absent, %d partial, %d failed\n",
		began.Sub(next).Seconds(), tally.Counted, tally.Reused, tally.Absent, tally.Partial, tally.Failed)
	return errors.Join(in.reportStorage(ctx), in.reportWorkflows(ctx, series), in.reportMemory())
}

// stopwatch returns a function that prints the time since its last call.
func stopwatch() func(what string) {
	last := time.Now()
	return func(what string) {
		fmt.Printf("%8.1fs  %s\n", time.Since(last).Seconds(), what)
		last = time.Now()
	}
}

// reportMemory prints the peak resident memory of each running child process of the product, such
// as Postgres and the worker.
func (in *inside) reportMemory() error {
	stats, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil {
		return err
	}
	for _, path := range stats {
		fields := statusOf(path)
		if fields["PPid"] != strconv.Itoa(in.p.Pid) {
			continue
		}
		bar := 0.0
		if fields["Name"] == "backsight" {
			bar = 1024
		}
		if err := in.reportPeak("peak memory of "+fields["Name"], fields, bar); err != nil {
			return err
		}
	}
	return nil
}

// statusOf reads a file /proc/PID/status. It returns no fields if the process has ended.
func statusOf(path string) map[string]string {
	text, _ := os.ReadFile(path)
	fields := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields[name] = strings.TrimSpace(value)
	}
	return fields
}

// reportPeak prints the peak resident memory of a process, and compares it with a bar in MiB.
func (in *inside) reportPeak(what string, status map[string]string, bar float64) error {
	kib, err := strconv.ParseFloat(strings.TrimSuffix(status["VmHWM"], " kB"), 64)
	if err != nil {
		return fmt.Errorf("%s: VmHWM is %q", what, status["VmHWM"])
	}
	in.bars.AtMost(what, kib/1024, bar, " MiB")
	return nil
}
