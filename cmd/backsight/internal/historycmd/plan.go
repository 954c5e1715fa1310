package historycmd

import (
	"os"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
)

// options are the flags and arguments of a command, before they are checked.
type options struct {
	Repositories []string
	Query        string
	Every        string   // an interval, or "commit"
	Points       *int     // nil: insights.DefaultPoints, or with Every "commit" no limit
	Until        string   // the newest sample's time; "": now, or with Every "commit" no limit
	At           []string // sample times; instead of Every
	AtFile       string   // a file with one sample time on each line
	ByValue      bool
	Rev          string
	JSON         bool
	Indexes      string    // a folder for history indexes; "": search without them
	Now          time.Time // zero: the time of the call
}

// plan is what options ask for.
type plan struct {
	question    *engine.Question
	query       string // canonical
	byValue     bool
	rev         string
	indexes     string      // folder of history indexes, or ""
	every       string      // canonical, for the heading; "" when the user gave the times
	times       []time.Time // newest first; nil with everyCommit
	start       time.Time   // the start of the oldest time's interval, for a query about commits
	everyCommit bool
	until       time.Time // with everyCommit: where the list begins; zero: at the tip
	limit       int       // the largest number of changes; 0: no limit
	inventory   *inventory
}

// makePlan reads the options. Its errors are *insights.Error with code Invalid.
func makePlan(o options) (*plan, error) {
	if len(o.Repositories) == 0 {
		return nil, insights.Errorf(insights.Invalid, "name at least one repository: a path to a git repository, bare or not")
	}
	p := &plan{byValue: o.ByValue}
	method := insights.Search
	if o.ByValue {
		method = insights.SearchCompute
	}
	if err := p.compile(o, engine.Spec{Method: method}); err != nil {
		return nil, err
	}
	return p, p.setTimes(o)
}

// compile compiles the query, reads the options that are the same for both commands, and makes the
// folder of --index.
func (p *plan) compile(o options, spec engine.Spec) (err error) {
	spec.Query, spec.Previous = o.Query, p.previous
	if p.question, err = engine.Compile(spec); err != nil {
		return err
	}
	p.query, p.rev, p.indexes = p.question.Query.String(), o.Rev, o.Indexes
	if p.indexes != "" {
		if err := os.MkdirAll(p.indexes, 0o755); err != nil {
			return insights.Errorf(insights.Invalid, "--index needs a folder that exists or can be made: %w", err)
		}
	}
	return nil
}

// previous returns the sample time before t, or p.start if t is the oldest.
func (p *plan) previous(t time.Time) time.Time {
	i := sort.Search(len(p.times), func(i int) bool { return p.times[i].Before(t) })
	if i == len(p.times) {
		return p.start
	}
	return p.times[i]
}

// beginning is a time before that of every commit.
var beginning = time.Unix(-1<<40, 0)

// setTimes reads the options that give the sample times.
func (p *plan) setTimes(o options) (err error) {
	if len(o.At) > 0 || o.AtFile != "" {
		if o.Every != "" || o.Points != nil || o.Until != "" {
			return insights.Errorf(insights.Invalid, "--at and --at-file give the sample times themselves: leave out --every, --points and --until")
		}
		p.start = beginning
		p.times, err = timesOf(o.At, o.AtFile)
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
	if o.Points != nil && *o.Points < 1 {
		return insights.Errorf(insights.Invalid, "--points %d: must be at least 1; leave --points out for the default", *o.Points)
	}
	if o.Every == "commit" {
		if o.ByValue {
			return insights.Errorf(insights.Invalid, "--by-value does not work with --every commit: give an interval")
		}
		p.everyCommit = true
		if o.Until == "" {
			p.until = time.Time{} // a commit may be dated in the future
		}
		if o.Points != nil {
			p.limit = *o.Points
		}
		return nil
	}
	return p.setGrid(o)
}

func (p *plan) setGrid(o options) error {
	every, points := o.Every, insights.DefaultPoints
	if every == "" {
		every = "1month"
	}
	if o.Points != nil {
		points = *o.Points
	}
	interval, err := insights.ParseInterval(every)
	switch {
	case err != nil && p.inventory != nil:
		return insights.Errorf(insights.Invalid, "--every: %w", err)
	case err != nil:
		return insights.Errorf(insights.Invalid, "--every: %w (or commit, for every commit that changed the count)", err)
	}
	grid := insights.NewGrid(p.until, interval, points)
	if err := grid.Validate(); err != nil {
		return err
	}
	p.every, p.times = interval.String(), grid.Frames()
	p.start = grid.Previous(p.times[len(p.times)-1])
	return nil
}

// timesOf returns the distinct times, newest first.
func timesOf(texts []string, file string) (times []time.Time, err error) {
	if file != "" {
		if times, err = timesIn(file); err != nil {
			return nil, err
		}
	}
	for _, text := range texts {
		t, err := parseTime(text)
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	if len(times) == 0 {
		return nil, insights.Errorf(insights.Invalid, "--at-file %s: contains no times", file)
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	return slices.CompactFunc(times, time.Time.Equal), nil
}

// timesIn reads the sample times of the file of --at-file.
func timesIn(file string) (times []time.Time, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "--at-file: %w", err)
	}
	number := 0
	text := strings.TrimPrefix(string(content), "\ufeff") // a byte order mark
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		t, err := parseTime(line)
		if err != nil {
			return nil, insights.Errorf(insights.Invalid, "--at-file %s: line %d: %w", file, number, err)
		}
		times = append(times, t)
	}
	return times, nil
}

// parseTime reads a time in RFC 3339, or a date, which means midnight UTC.
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
