package historycmd

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// Options are the command's flags and arguments, as text.
type Options struct {
	Repositories []string
	Query        string
	Every        string   // an interval, or "commit"
	Points       int      // 0: insights.DefaultPoints, or with Every "commit" no limit
	Until        string   // the newest sample's time; "" is now
	At           []string // sample times; instead of Every
	AtFile       string   // a file with a sample time a line
	ByValue      bool
	Rev          string
	JSON         bool
	Indexes      string    // a folder that holds history indexes; "": search without
	Parallel     int       // processors to use; 0: all
	Now          time.Time // zero: the clock
}

// plan is what Options ask for.
type plan struct {
	matcher     *match.Matcher
	query       string // canonical
	byValue     bool
	rev         string
	indexes     string      // folder of history indexes, or ""
	every       string      // canonical, for the heading; "" with times that were given
	times       []time.Time // newest first; nil with everyCommit
	starts      []time.Time // of the intervals that end with times, in which a query about commits counts
	everyCommit bool
	until       time.Time
	limit       int           // of changes; 0: none
	timeout     time.Duration // the query's, for each repository; 0: none
	count       int64         // the query's, above which a value is cut; 0: none
	inventory   *inventory
}

// makePlan reads the options. Its errors are *insights.Error with code Invalid.
func makePlan(o Options) (*plan, error) {
	if len(o.Repositories) == 0 {
		return nil, insights.Errorf(insights.Invalid, "name at least one repository: a path to a git repository, bare or not")
	}
	q, err := query.Parse(o.Query)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "query: %w", err)
	}
	m, err := match.Compile(q, match.Options{ByValue: o.ByValue})
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "query: %w", err)
	}
	p := &plan{
		matcher: m, query: q.String(), byValue: o.ByValue, rev: o.Rev, indexes: o.Indexes, timeout: q.Timeout, count: q.Count,
	}
	return p, p.setTimes(o)
}

// setTimes reads the options that say when.
func (p *plan) setTimes(o Options) (err error) {
	if len(o.At) > 0 || o.AtFile != "" {
		if o.Every != "" || o.Points != 0 || o.Until != "" {
			return insights.Errorf(insights.Invalid, "--at and --at-file give the sample times themselves: leave out --every, --points and --until")
		}
		p.times, err = timesOf(o.At, o.AtFile)
		p.setStarts(beginning)
		return err
	}
	p.until = o.Now
	if p.until.IsZero() {
		p.until = time.Now()
	}
	if o.Until != "" {
		if p.until, err = parseTime(o.Until); err != nil {
			return err
		}
	}
	if o.Points < 0 {
		return insights.Errorf(insights.Invalid, "points %d: must be between 1 and %d", o.Points, insights.MaxPoints)
	}
	if o.Every == "commit" {
		if o.ByValue {
			return insights.Errorf(insights.Invalid, "--by-value cannot be listed commit by commit: use an interval")
		}
		p.everyCommit, p.limit = true, o.Points
		return nil
	}
	return p.setGrid(o)
}

func (p *plan) setGrid(o Options) error {
	every, points := o.Every, o.Points
	if every == "" {
		every = "1month"
	}
	if points == 0 {
		points = insights.DefaultPoints
	}
	interval, err := insights.ParseInterval(every)
	if err != nil {
		return insights.Errorf(insights.Invalid, "--every: %w (or commit, for every commit that changed the count)", err)
	}
	grid := insights.NewGrid(p.until, interval, points)
	if o.Until != "" {
		grid.Anchor = p.until // exactly what was asked for
	}
	if err := grid.Validate(); err != nil {
		return err
	}
	p.every, p.times = interval.String(), grid.Frames()
	p.setStarts(grid.Previous(p.times[len(p.times)-1]))
	return nil
}

// setStarts makes each interval begin at the time before; the oldest has its own start.
func (p *plan) setStarts(oldest time.Time) {
	if len(p.times) > 0 {
		p.starts = append(slices.Clone(p.times[1:]), oldest)
	}
}

// timesOf returns the distinct times, newest first.
func timesOf(texts []string, file string) ([]time.Time, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, insights.Errorf(insights.Invalid, "--at-file: %w", err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if line := strings.TrimSpace(lines.Text()); line != "" && !strings.HasPrefix(line, "#") {
				texts = append(texts, line)
			}
		}
		if err := lines.Err(); err != nil {
			return nil, insights.Errorf(insights.Invalid, "--at-file %s: %w", file, err)
		}
	}
	var times []time.Time
	for _, text := range texts {
		t, err := parseTime(text)
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	if len(times) == 0 {
		return nil, insights.Errorf(insights.Invalid, "--at-file %s: holds no times", file)
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	return slices.CompactFunc(times, time.Time.Equal), nil
}

// parseTime reads RFC 3339, or a date, which is its midnight in UTC.
func parseTime(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, insights.Errorf(insights.Invalid, "time %q: write RFC 3339, as in 2026-01-31T12:00:00Z, or a date, as in 2026-01-31", text)
	}
	return t, nil
}
