package historycmd

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/insights"
)

// maxColumns is the largest number of sample times for which each time gets a column. When there
// are more, only the oldest and the newest time get one, and the sparkline shows the times between
// them.
const maxColumns = 13

// point is a cell of the table: the value of a sample, or a sum of values.
type point struct {
	value   int64
	unknown bool // no part of the sum is known
	atLeast bool // the value is a lower bound
	absent  bool // the repository had no commit yet
}

// writeTable prints a row for each repository, or with --by-value for each captured value of each
// repository, and totals. In a row, the oldest sample comes first.
func writeTable(w io.Writer, p *plan, repositories []*repository) error {
	times := slices.Clone(p.times)
	slices.Reverse(times)
	columns := shownColumns(len(times))
	grid := &table{}
	grid.add(heading(times, columns, p.byValue, true)...)
	grid.add(heading(times, columns, p.byValue, false)...)

	totals := map[string][]point{}
	for _, r := range repositories {
		rows := r.rows(p.byValue)
		if len(repositories) == 1 {
			totals = rows
		} else {
			for key, row := range rows {
				totals[key] = sum(totals[key], row)
			}
		}
		for _, key := range inOrder(rows) {
			grid.add(cells(r.label, key, p.byValue, rows[key], columns)...)
		}
	}
	if p.byValue && len(repositories) > 1 {
		for _, key := range inOrder(totals) {
			grid.add(cells("total", key, true, totals[key], columns)...)
		}
	}
	var total []point
	for _, key := range slices.Sorted(maps.Keys(totals)) {
		total = sum(total, totals[key])
	}
	grid.add(cells("total", "", p.byValue, total, columns)...)

	var b strings.Builder
	output.Printf(&b, "%s\n", p.query)
	if p.every != "" {
		fmt.Fprintf(&b, "%s, every %s, until %s\n", output.Count(len(times), "point", "points"), p.every, times[len(times)-1].Format(time.RFC3339))
	}
	b.WriteByte('\n')
	grid.print(&b)
	writeReasons(&b, repositories)
	_, err := io.WriteString(w, b.String())
	return err
}

// inOrder returns the sorted keys. If all keys look like versions, such as v2 and 1.10, they are in
// version order, lowest first. Otherwise they are sorted by the newest value of their rows, largest
// first.
func inOrder(rows map[string][]point) []string {
	keys := slices.SortedFunc(maps.Keys(rows), insights.CompareLabels)
	if !slices.ContainsFunc(keys, func(key string) bool { return !insights.IsVersion(key) }) {
		return keys
	}
	type keyed struct {
		key    string
		newest int64
	}
	order := make([]keyed, len(keys))
	for i, key := range keys {
		order[i] = keyed{key, rows[key][len(rows[key])-1].value}
	}
	slices.SortStableFunc(order, func(a, b keyed) int { return cmp.Compare(b.newest, a.newest) })
	for i := range order {
		keys[i] = order[i].key
	}
	return keys
}

// rows returns the points of a repository, oldest first. With byValue, the map has an entry for
// each captured value; otherwise it has one entry with the key "".
func (r *repository) rows(byValue bool) map[string][]point {
	if !byValue {
		row := r.blank()
		for i, x := range r.samples {
			row[len(row)-1-i].value = x.value
		}
		return map[string][]point{"": row}
	}
	return r.rowsBy(func(value string) (string, bool) { return value, true })
}

// rowsBy returns the points grouped by the key of each value. It leaves out values for which the
// function key returns false.
func (r *repository) rowsBy(key func(value string) (string, bool)) map[string][]point {
	blank := r.blank()
	rows := map[string][]point{}
	for i, x := range r.samples {
		for value, n := range x.values.All() {
			of, wanted := key(value)
			if !wanted {
				continue
			}
			row := rows[of]
			if row == nil {
				row = slices.Clone(blank)
				rows[of] = row
			}
			row[len(row)-1-i].value += n
		}
	}
	return rows
}

// blank returns the points of a repository, each with the value 0.
func (r *repository) blank() []point {
	row := make([]point, len(r.samples))
	for i, x := range r.samples {
		row[len(row)-1-i] = point{unknown: x.outcome == insights.Failed, atLeast: x.outcome == insights.Partial, absent: x.outcome == insights.Absent}
	}
	return row
}

// sum adds a row to a total, which may be nil, and returns the total.
func sum(total, row []point) []point {
	if total == nil {
		return slices.Clone(row)
	}
	for i, pt := range row {
		total[i].value += pt.value
		// A sum of known and unknown parts is a lower bound.
		total[i].atLeast = total[i].atLeast || pt.atLeast || pt.unknown != total[i].unknown
		total[i].unknown = total[i].unknown && pt.unknown
		total[i].absent = total[i].absent && pt.absent
	}
	return total
}

// shownColumns returns the indexes of the points, out of n, that get a column.
func shownColumns(n int) []int {
	if n > maxColumns {
		return []int{0, n - 1}
	}
	columns := make([]int, n)
	for i := range columns {
		columns[i] = i
	}
	return columns
}

// heading returns one of the two heading rows. The upper one has years; the lower one has days and
// the names of the other columns. Where samples are less than a day apart, the rows have days and
// clock times instead.
func heading(times []time.Time, columns []int, byValue, upper bool) []string {
	row := []string{""}
	if !upper {
		row[0] = "REPOSITORY"
	}
	if byValue {
		row = append(row, map[bool]string{false: "VALUE"}[upper])
	}
	row = append(row, map[bool]string{false: "TREND"}[upper])
	high, low := "2006", "01-02"
	for i := 1; i < len(times); i++ {
		if times[i].Sub(times[i-1]) < 24*time.Hour {
			high, low = "2006-01-02", "15:04"
		}
	}
	last := ""
	for _, i := range columns {
		text := times[i].Format(map[bool]string{true: high, false: low}[upper])
		if upper && text == last {
			text = ""
		} else if upper {
			last = text
		}
		row = append(row, text)
	}
	return append(row, map[bool]string{false: "CHANGE"}[upper])
}

// cells returns a table row.
func cells(label, key string, byValue bool, row []point, columns []int) []string {
	out := []string{label}
	if byValue {
		out = append(out, key)
	}
	out = append(out, sparkline(row))
	for _, i := range columns {
		out = append(out, row[i].String())
	}
	return append(out, changeOf(row))
}

func (p point) String() string {
	switch {
	case p.unknown:
		return "?"
	case p.atLeast:
		return fmt.Sprintf("≥%d", p.value)
	case p.absent:
		return "-"
	}
	return strconv.FormatInt(p.value, 10)
}

// changeOf returns the difference between the newest and the oldest point as text.
func changeOf(row []point) string {
	first, last := row[0], row[len(row)-1]
	switch d := last.value - first.value; {
	case first.unknown || last.unknown:
		return "?"
	case first.atLeast || last.atLeast:
		return fmt.Sprintf("~%+d", d)
	case d < 0:
		return strconv.FormatInt(d, 10)
	default:
		return "+" + strconv.FormatInt(d, 10)
	}
}

// writeReasons prints the notices of each repository, and why samples are partial or failed: each
// reason once, with the number of samples.
func writeReasons(b *strings.Builder, repositories []*repository) {
	for _, r := range repositories {
		for _, notice := range r.notices {
			output.Printf(b, "\n%s: notice: %s", r.label, notice)
		}
		type key struct {
			outcome insights.Outcome
			reason  string
		}
		count := map[key]int{}
		var order []key
		for _, x := range r.samples {
			if x.outcome.Exact() {
				continue
			}
			k := key{x.outcome, x.reason}
			if count[k] == 0 {
				order = append(order, k)
			}
			count[k]++
		}
		for _, k := range order {
			output.Printf(b, "\n%s: %d of %s %s: %s", r.label, count[k], output.Count(len(r.samples), "sample", "samples"), k.outcome, k.reason)
		}
	}
	if b.String()[b.Len()-1] != '\n' {
		b.WriteByte('\n')
	}
}
