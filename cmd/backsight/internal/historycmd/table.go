package historycmd

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history/values"
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

	// Where the sample of a repository is partial or failed, every row of totals is a lower bound,
	// because any value may be in the files that were not searched. Where the samples of all
	// repositories failed, the totals are unknown.
	var none []point
	for _, r := range repositories {
		none = sum(none, r.blank())
	}
	total, totals := slices.Clone(none), map[string][]point{}
	for _, r := range repositories {
		var rows []ranked
		for key, row := range r.rows(p.byValue) {
			rows = append(rows, ranked{key, row[len(row)-1].value, cells(r.label, output.Visible(key), p.byValue, row, columns)})
			addValues(total, row)
			if p.byValue && len(repositories) > 1 {
				if totals[key] == nil {
					totals[key] = slices.Clone(none)
				}
				addValues(totals[key], row)
			}
		}
		grid.addInOrder(rows)
	}
	var rows []ranked
	for key, row := range totals {
		rows = append(rows, ranked{key, row[len(row)-1].value, cells("total", output.Visible(key), true, row, columns)})
	}
	grid.addInOrder(rows)
	grid.add(cells("total", "", p.byValue, total, columns)...)

	b := bufio.NewWriter(w)
	output.Printf(b, "%s\n", p.query)
	if p.every != "" {
		fmt.Fprintf(b, "%s, every %s, until %s\n", output.Count(len(times), "point", "points"), p.every, times[len(times)-1].Format(time.RFC3339))
	}
	b.WriteByte('\n')
	grid.print(b)
	writeReasons(b, repositories)
	return b.Flush()
}

// ranked is a row of a table before the rows are sorted.
type ranked struct {
	key    string
	newest int64 // the newest value of the row
	cells  []string
}

// addInOrder sorts rows and adds them. If all keys look like versions, such as v2 and 1.10, the
// rows are in version order, lowest first. Otherwise they are sorted by their newest values,
// largest first, and rows with equal values by insights.CompareLabels.
func (t *table) addInOrder(rows []ranked) {
	versions := !slices.ContainsFunc(rows, func(r ranked) bool { return !insights.IsVersion(r.key) })
	slices.SortFunc(rows, func(a, b ranked) int {
		if a.newest != b.newest && !versions {
			return cmp.Compare(b.newest, a.newest)
		}
		return insights.CompareLabels(a.key, b.key)
	})
	for _, r := range rows {
		t.add(r.cells...)
	}
}

// rows yields the points of a repository, oldest first. With byValue, it yields every captured
// value with its points; otherwise it yields the counts with the key "". It yields the same slice
// again and again, so callers must not keep it.
func (r *repository) rows(byValue bool) iter.Seq2[string, []point] {
	return func(yield func(string, []point) bool) {
		row := r.blank()
		if !byValue {
			for i, x := range r.samples {
				row[len(row)-1-i].value = x.value
			}
			yield("", row)
			return
		}
		found := make([]values.Values, len(r.samples))
		for i, x := range r.samples {
			found[i] = x.values
		}
		for value, counts := range values.Rows(found) {
			for i, n := range counts {
				row[len(row)-1-i].value = n
			}
			if !yield(value, row) {
				return
			}
		}
	}
}

// addValues adds the values of a row to a total. It does not change whether points are unknown,
// lower bounds or absent.
func addValues(total, row []point) {
	for i, pt := range row {
		total[i].value += pt.value
	}
}

// blank returns the points of a repository, oldest first, each with the value 0.
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
// the names of the other columns. If two successive samples are less than a day apart, the upper
// row has days and the lower one has clock times.
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

// changeOf returns the difference between the newest and the oldest point as text: "?" if one of
// them is unknown, with a "~" if one is a lower bound.
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
func writeReasons(b *bufio.Writer, repositories []*repository) {
	separator := "\n" // after the table
	for _, r := range repositories {
		for _, notice := range r.notices {
			output.Printf(b, separator+"%s: notice: %s\n", r.label, notice)
			separator = ""
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
			output.Printf(b, separator+"%s: %d of %s %s: %s\n", r.label, count[k], output.Count(len(r.samples), "sample", "samples"), k.outcome, k.reason)
			separator = ""
		}
	}
}
