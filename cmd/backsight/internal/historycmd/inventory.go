package historycmd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/match"
)

// inventoryOptions are the flags and arguments of `backsight inventory`, which ignores
// options.ByValue and refuses "commit" as options.Every. Without --every, --points, --at and
// --at-file, the inventory has one sample for each repository: at the time of --until, or now.
type inventoryOptions struct {
	options
	By      string // "language" or "repository"
	Measure string // "lines", "bytes" or "files": what a table of several times shows
}

// inventory describes what the table of an inventory shows.
type inventory struct {
	byRepository bool
	measure      match.Measures
	once         bool // the inventory is of one time: the table has a column for each measure
}

// measures lists the measures in the order of their columns.
var measures = []struct {
	name    string
	measure match.Measures
}{{"files", match.Files}, {"lines", match.Lines}, {"bytes", match.Bytes}}

// measureInventory measures the files of the repositories by language and prints the results. Its
// results have the same meaning as those of countHistory.
func measureInventory(ctx context.Context, o inventoryOptions, stdout, stderr io.Writer) (complete bool, err error) {
	p, err := makeInventoryPlan(o)
	if err != nil {
		return false, err
	}
	return p.run(ctx, o.options, stdout, stderr)
}

func makeInventoryPlan(o inventoryOptions) (*plan, error) {
	if len(o.Repositories) == 0 {
		return nil, insights.Errorf(insights.Invalid, "name at least one repository: a path to a git repository, bare or not")
	}
	show := &inventory{byRepository: o.By == "repository"}
	p := &plan{inventory: show}
	languages := &match.Languages{Measures: match.Lines | match.Bytes | match.Files, Vendored: true}
	if err := p.compile(o.options, engine.Spec{Method: insights.LanguageStats, Languages: languages}); err != nil {
		return nil, err
	}
	if o.Every == "commit" {
		return nil, insights.Errorf(insights.Invalid, "--every commit works only with history: give an interval")
	}
	for _, x := range measures {
		if x.name == o.Measure {
			show.measure = x.measure
		}
	}
	if o.By != "language" && !show.byRepository {
		return nil, insights.Errorf(insights.Invalid, "--by %q: write language or repository", o.By)
	}
	if show.measure == 0 {
		return nil, insights.Errorf(insights.Invalid, "--measure %q: write lines, bytes or files", o.Measure)
	}
	times := o.options
	if times.Every == "" && times.Points == nil && len(times.At) == 0 && times.AtFile == "" {
		times.Points = new(1)
	}
	if err := p.setTimes(times); err != nil {
		return nil, err
	}
	show.once = len(p.times) == 1
	return p, nil
}

// rowsOf returns a repository's points of one measure, by language, and their sum. If the inventory
// is by repository, the result has one row, under the repository's label.
func (r *repository) rowsOf(p *plan, measure match.Measures) (rows map[string][]point, all []point) {
	rows, all = map[string][]point{}, r.blank()
	if p.inventory.byRepository {
		rows[r.label] = r.blank() // a repository without files has a row too
	}
	for value, row := range r.rows(true) {
		of, key := match.SplitMeasure(value)
		if of != measure {
			continue
		}
		if p.inventory.byRepository {
			key = r.label
		}
		if rows[key] == nil {
			rows[key] = r.blank()
		}
		addValues(rows[key], row)
		addValues(all, row)
	}
	return rows, all
}

// groups returns the points of one measure for each language, or for each repository if the
// inventory is by repository, and their sum.
func (p *plan) groups(repositories []*repository, measure match.Measures) (groups map[string][]point, total []point) {
	groups = map[string][]point{}
	rows := make([]map[string][]point, len(repositories))
	for i, r := range repositories {
		var all []point
		rows[i], all = r.rowsOf(p, measure)
		total = sum(total, all)
		for key := range rows[i] {
			groups[key] = nil
		}
	}
	for i, r := range repositories {
		for key := range groups {
			switch {
			case rows[i][key] != nil:
				groups[key] = sum(groups[key], rows[i][key])
			case !p.inventory.byRepository:
				// A repository without the language adds 0. Where its sample is partial or failed,
				// the sum is not exact.
				groups[key] = sum(groups[key], r.blank())
			}
		}
	}
	return groups, total
}

// writeInventory prints a row per group. If the inventory has several times, a row has one measure
// at each time. If it has one time, a row has every measure.
func writeInventory(w io.Writer, p *plan, repositories []*repository) error {
	b := bufio.NewWriter(w)
	output.Printf(b, "%s\n", strings.TrimSpace(p.inventory.heading()+" "+p.query))
	times := slices.Clone(p.times)
	slices.Reverse(times)
	if p.every != "" && !p.inventory.once {
		fmt.Fprintf(b, "%s, every %s, until %s\n", output.Count(len(times), "point", "points"), p.every, times[len(times)-1].Format(time.RFC3339))
	} else if p.inventory.once {
		fmt.Fprintf(b, "at %s\n", times[0].Format(time.RFC3339))
	}
	b.WriteByte('\n')
	grid := &table{}
	if p.inventory.once {
		p.addMeasures(grid, repositories)
	} else {
		p.addTrend(grid, repositories, times)
	}
	grid.print(b)
	writeReasons(b, repositories)
	return b.Flush()
}

func (v *inventory) heading() string {
	for _, x := range measures {
		if x.measure == v.measure && !v.once {
			return x.name
		}
	}
	return "inventory"
}

func (v *inventory) column() string {
	if v.byRepository {
		return "REPOSITORY"
	}
	return "LANGUAGE"
}

// addTrend adds a row for each group, with its points.
func (p *plan) addTrend(grid *table, repositories []*repository, times []time.Time) {
	columns := shownColumns(len(times))
	lower := heading(times, columns, false, false)
	lower[0] = p.inventory.column()
	grid.add(heading(times, columns, false, true)...)
	grid.add(lower...)
	groups, total := p.groups(repositories, p.inventory.measure)
	var rows []ranked
	for key, row := range groups {
		rows = append(rows, ranked{key, row[len(row)-1].value, cells(key, "", false, row, columns)})
	}
	grid.addInOrder(rows)
	grid.add(cells("total", "", false, total, columns)...)
}

// addMeasures adds a row for each group, with all measures.
func (p *plan) addMeasures(grid *table, repositories []*repository) {
	groups, totals := map[match.Measures]map[string][]point{}, map[match.Measures]point{}
	head := []string{p.inventory.column()}
	for _, x := range measures {
		var total []point
		groups[x.measure], total = p.groups(repositories, x.measure)
		totals[x.measure] = total[0]
		head = append(head, strings.ToUpper(x.name))
	}
	grid.add(append(head, "% OF LINES")...)
	row := func(name string, at func(measure match.Measures) point) []string {
		cells := []string{name}
		for _, x := range measures {
			cells = append(cells, at(x.measure).String())
		}
		share := "-"
		if lines, all := at(match.Lines), totals[match.Lines]; all.value > 0 && !lines.unknown {
			share = fmt.Sprintf("%.1f", 100*float64(lines.value)/float64(all.value))
		}
		return append(cells, share)
	}
	// Every group has files, but a group of empty files has neither lines nor bytes. So the rows
	// are the groups that have files, sorted by their number of lines.
	var rows []ranked
	for key, files := range groups[match.Files] {
		for measure := range groups {
			if groups[measure][key] == nil {
				zero := files[0]
				zero.value = 0
				groups[measure][key] = []point{zero}
			}
		}
		at := func(measure match.Measures) point { return groups[measure][key][0] }
		rows = append(rows, ranked{key, at(match.Lines).value, row(key, at)})
	}
	grid.addInOrder(rows)
	grid.add(row("total", func(measure match.Measures) point { return totals[measure] })...)
}

// measured is the JSON of a group of files.
type measured struct {
	Files int64 `json:"files"`
	Lines int64 `json:"lines"`
	Bytes int64 `json:"bytes"`
}

func (m *measured) add(measure match.Measures, n int64) {
	switch measure {
	case match.Files:
		m.Files += n
	case match.Lines:
		m.Lines += n
	case match.Bytes:
		m.Bytes += n
	}
}

// inventoryLine is a line of JSON: a sample of an inventory. Total is null when the sample failed.
type inventoryLine struct {
	sampleLine
	// Value is always nil. It hides sampleLine.Value, which would be printed as null.
	Value     *int64               `json:"value,omitempty"`
	Total     *measured            `json:"total"`
	Languages map[string]*measured `json:"languages,omitempty"`
}

// writeInventoryJSON prints a line for each sample, newest first.
func writeInventoryJSON(lines *json.Encoder, r *repository) error {
	for _, x := range r.samples {
		line := inventoryLine{sampleLine: sampleLine{
			Repository: r.arg, Time: x.time.Format(time.RFC3339), Commit: x.commit, Outcome: x.outcome, Code: x.code, Reason: x.reason, Notices: r.notices,
		}}
		if x.outcome != insights.Failed {
			line.Total, line.Languages = &measured{}, map[string]*measured{}
		}
		for value, n := range x.values.All() {
			measure, language := match.SplitMeasure(value)
			if line.Languages[language] == nil {
				line.Languages[language] = &measured{}
			}
			line.Languages[language].add(measure, n)
			line.Total.add(measure, n)
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
