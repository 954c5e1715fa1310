package main

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/store"
)

// withStore calls `measure` with a store in a Postgres of its own, whose process id is `pid`.
func withStore(ctx context.Context, measure func(in *inside, pid int) error) (err error) {
	dir, err := os.MkdirTemp("", "backsight-ledger-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { // for root, Postgres runs as another account
		return err
	}
	postgres, err := devstack.StartPostgres(ctx, devstack.Options{DataDir: filepath.Join(dir, "data")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, postgres.Stop(context.WithoutCancel(ctx))) }()
	url := postgres.DatabaseURL("postgres")
	if err := store.Migrate(ctx, url); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	ledger, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	defer ledger.Close()
	in := &inside{pool: pool, store: ledger}
	defer in.bars.Print()
	return measure(in, postgres.Pid())
}

// measureLedger times the store alone. It registers n repositories, of which about a third have
// commits in the period of the samples. It plans one series, writes its samples in batches of 40
// repositories, and reads it as different viewers do. No search runs.
func (in *inside) measureLedger(ctx context.Context, postgres, n, points int) error {
	interval := insights.Interval{Unit: insights.Day, Value: 15}
	grid := insights.NewGrid(time.Now(), interval, points)

	step := stopwatch()
	if err := in.register(ctx, n, grid.Frames()); err != nil {
		return err
	}
	step("register and index repositories")
	view, err := in.store.Views.Create(ctx, insights.View{Title: "ledger", Series: []insights.ViewSeries{
		{Label: "TODO", Series: insights.Series{Query: "TODO", Method: insights.Search, Grid: grid}},
	}})
	if err != nil {
		return err
	}
	series := view.Series[0].Series
	began := time.Now()
	plan, err := in.plan(ctx, series.ID, grid.Frames())
	if err != nil {
		return err
	}
	fmt.Printf("%8.2fs  plan of %d × %d samples\n", time.Since(began).Seconds(), n, points)
	if err := in.settle(ctx, series, plan); err != nil {
		return err
	}
	step("plan and write all samples")
	if err := in.reportStorage(ctx); err != nil {
		return err
	}
	return in.reportReads(ctx, series, n, postgres)
}

// plan writes the plan of a backfill, in transactions of about 20,000 samples.
func (in *inside) plan(ctx context.Context, seriesID string, times []time.Time) (plan int, err error) {
	plan, err = in.store.Plans.Begin(ctx, store.PlanRequest{SeriesID: seriesID, Kind: insights.BackfillPlan, Times: times})
	if err != nil {
		return 0, err
	}
	repositories := max(1, 20_000/len(times))
	for done := false; !done; {
		if _, done, err = in.store.Plans.WriteSlice(ctx, seriesID, plan, store.ScopeFilter{}, repositories, true); err != nil {
			return 0, err
		}
	}
	return plan, nil
}

// register creates the repositories and their commit indexes.
func (in *inside) register(ctx context.Context, n int, frames []time.Time) error {
	random := rand.New(rand.NewPCG(1, 1))
	list := make([]store.NewRepository, n)
	for i := range list {
		name := fmt.Sprintf("team-%03d/service-%05d", i/100, i)
		list[i] = store.NewRepository{Names: []string{name}, Location: "/" + name, Local: true}
	}
	if err := in.store.Repositories.AddMany(ctx, list); err != nil {
		return err
	}
	first, last := slices.MinFunc(frames, time.Time.Compare), slices.MaxFunc(frames, time.Time.Compare)
	for part := range slices.Chunk(list, 1000) {
		var readings []store.FirstSync
		for _, r := range part {
			known, err := in.store.Repositories.ByName(ctx, r.Names[0])
			if err != nil {
				return err
			}
			when := []time.Time{first.AddDate(-1, 0, 0)}
			if random.IntN(3) == 0 {
				for range 1 + random.IntN(6) {
					when = append(when, first.Add(time.Duration(random.Int64N(int64(last.Sub(first))))))
				}
			}
			slices.SortFunc(when, time.Time.Compare)
			reading := store.FirstSync{RepositoryID: known.ID, Sync: store.SyncResult{DefaultBranch: "refs/heads/main", At: time.Now()}}
			for i, t := range when {
				id := sha1.Sum(fmt.Appendf(nil, "%s %d", r.Names[0], i))
				reading.Sync.Head = hex.EncodeToString(id[:])
				reading.Commits = append(reading.Commits, store.IndexedCommit{Commit: reading.Sync.Head, Time: t})
			}
			readings = append(readings, reading)
		}
		if err := in.store.Repositories.RecordFirstSyncs(ctx, readings); err != nil {
			return err
		}
	}
	return nil
}

// settle writes an outcome and a value for every pending sample. Of the samples at one commit, the
// newest is counted and the others are reused.
func (in *inside) settle(ctx context.Context, series insights.Series, plan int) error {
	for after, last := int64(0), false; !last; {
		work, end, err := in.store.Plans.Page(ctx, series.ID, plan, after, store.PageLimit{Repositories: 40})
		if err != nil {
			return err
		}
		if last = end; len(work) == 0 {
			continue
		}
		through := work[len(work)-1].RepositoryID
		samples, err := in.store.Samples.Pending(ctx, series.ID, plan, after+1, through)
		if err != nil {
			return err
		}
		counted := map[string]bool{}
		for i := range samples {
			s := &samples[i]
			s.Outcome, s.Value, s.Duration = insights.Reused, float64(s.RepositoryID%17), 3*time.Millisecond
			if !counted[s.Commit] {
				s.Outcome, counted[s.Commit] = insights.Counted, true
			}
		}
		if err := in.store.Samples.Write(ctx, series.ID, plan, samples); err != nil {
			return err
		}
		after = through
	}
	return in.store.Plans.Complete(ctx, series.ID, plan, time.Now())
}

// processorTime returns the processor time that this process and the running child processes of the
// Postgres server have used, in clock ticks of 10 ms.
func processorTime(postgres int) (ticks int64, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended in the meantime
		}
		// The process name is in brackets and may contain spaces. State, parent and nine more
		// fields follow, then user and system time.
		_, after, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(after)
		if len(fields) < 13 || fields[1] != strconv.Itoa(postgres) && path != fmt.Sprintf("/proc/%d/stat", os.Getpid()) {
			continue
		}
		for _, field := range fields[11:13] {
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, err
			}
			ticks += n
		}
	}
	return ticks, nil
}

// reportReads prints how long it takes to read a chart, without and with a filter on repositories.
// It reads for an administrator, and for a viewer from whom 10,000 repositories are hidden (a
// quarter of all, if there are fewer than 40,000).
func (in *inside) reportReads(ctx context.Context, series insights.Series, n, postgres int) error {
	hidden := min(10_000, n/4)
	if _, err := in.pool.Exec(ctx, `UPDATE repositories SET private = true WHERE id IN (SELECT id FROM repositories ORDER BY hashint4(id) LIMIT $1)`, hidden); err != nil {
		return err
	}
	whole := 50.0 // ms, for a ledger of 36,000 × 12 samples
	if n*len(series.Grid.Frames()) > 500_000 {
		whole = 150 // ms, for a ledger of 1.2 million samples
	}
	for _, read := range []struct {
		what   string
		bar    float64 // ms; 0 means no bar
		filter store.PointFilter
	}{
		{"of an administrator", whole, store.PointFilter{Viewer: store.Administrator}},
		{"of an administrator with a filter on a tenth of the repositories", 0, store.PointFilter{Viewer: store.Administrator, Include: "/service-[0-9]{4}7$"}},
		{"of an administrator with a filter on half of the repositories", 0, store.PointFilter{Viewer: store.Administrator, Include: "[02468]$"}},
		{fmt.Sprintf("of a viewer with %d hidden repositories", hidden), 0, store.PointFilter{Viewer: store.Viewer{Login: "ann"}}},
		{fmt.Sprintf("of a viewer with %d hidden repositories and a filter on half of all", hidden), 400, store.PointFilter{Viewer: store.Viewer{Login: "ann"}, Include: "[02468]$"}},
	} {
		const rounds = 15
		took := make([]time.Duration, rounds)
		var sum float64
		before, err := processorTime(postgres)
		if err != nil {
			return err
		}
		for i := range took {
			began := time.Now()
			points, err := in.store.Charts.Points(ctx, []string{series.ID}, read.filter)
			if err != nil {
				return err
			}
			took[i], sum = time.Since(began), 0
			for _, p := range points[series.ID] {
				sum += p.Value
			}
		}
		after, err := processorTime(postgres)
		if err != nil {
			return err
		}
		slices.Sort(took)
		in.bars.AtMost("chart read "+read.what, took[rounds/2].Seconds()*1e3, read.bar, fmt.Sprintf(" ms, median of %d (minimum %.1f, maximum %.1f; mean processor time %.1f ms; sum of the values %.0f)",
			rounds, took[0].Seconds()*1e3, took[rounds-1].Seconds()*1e3, float64(after-before)*10/rounds, sum))
	}
	return nil
}
