package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Display bounds what charts show. The zero Display bounds nothing. Exports ignore it.
type Display struct {
	// for a series that counts by value: how many values are shown, the first ones by Sort; 0: all
	Values    int
	Sort      ValueSort // how the values are chosen; it does not change their order within a time
	Ascending bool      // false: the greatest or last values come first
	// how many of the newest sample times are shown, the snapshot included; 0: all that retention
	// leaves
	Samples int
}

// ValueSort is an order of the values of a series.
type ValueSort int

// The orders. Values that an order does not distinguish are ordered by their bytes.
const (
	// by the largest sum at any of the times shown, even if the value no longer occurs
	ByCount ValueSort = iota
	ByLabel           // by insights.CompareLabels
	ByFirst           // by the time at which the value first occurs, among the times shown
)

// Chart is what a chart shows of a series.
type Chart struct {
	Points []Point
	// how many captured values occur at the times shown, before Display.Values bounds them
	Values int
}

// chosenValues lists the values to read, and how many values of each series occur at the times
// shown. A nil chosenValues reads all values.
type chosenValues struct {
	keys   []int32 // for each element of values, the integer id of its series
	values []string
	totals map[string]int
}

// chooseValues ranks the values of several series in Postgres. Call it only for an administrator's
// read without f.Include and f.Exclude, because it counts all repositories. It takes one statement,
// which returns up to d.Values rows for each series. For ByLabel it returns a row for each value,
// because Postgres cannot sort like insights.CompareLabels.
func (s *Charts) chooseValues(ctx context.Context, seriesIDs []string, f PointFilter, d Display) (*chosenValues, error) {
	from, to := f.span()
	params := db.ChartValuesParams{
		SeriesIDs: seriesIDs, FromTime: from, ToTime: to, Samples: int32(d.Samples), Most: int32(d.Values), ByTime: d.Sort == ByFirst, Sign: -1,
	}
	if d.Ascending {
		params.Sign = 1
	}
	if d.Sort == ByLabel {
		params.Most = 0
	}
	rows, err := s.queries().ChartValues(ctx, params)
	if err != nil {
		return nil, classify(err, "values of %d series", len(seriesIDs))
	}
	if d.Sort == ByLabel {
		slices.SortFunc(rows, func(a, b db.ChartValuesRow) int {
			return cmp.Or(cmp.Compare(a.ID, b.ID), d.direction(insights.CompareLabels(a.Capture, b.Capture)))
		})
	}
	c := &chosenValues{totals: map[string]int{}}
	taken := map[int32]int{}
	for _, row := range rows {
		c.totals[row.SeriesID] = int(row.Total)
		if taken[row.ID]++; taken[row.ID] <= d.Values {
			c.keys, c.values = append(c.keys, row.ID), append(c.values, row.Capture)
		}
	}
	return c, nil
}

func (d Display) direction(order int) int {
	if d.Ascending {
		return order
	}
	return -order
}

// bound applies d to points, which must be in the order of time.
func (d Display) bound(points []Point) Chart {
	points = d.newest(points)
	values := ranking{}
	for _, p := range points {
		values.add(p.Label, p.Value, p.Time)
	}
	c := Chart{Points: points, Values: len(values)}
	if shown := values.shown(d); len(shown) < len(values) {
		c.Points = slices.DeleteFunc(points, func(p Point) bool { return !shown[p.Label] })
	}
	return c
}

// ranking has what decides which captured values a chart shows, by value.
type ranking map[string]*rankedValue

type rankedValue struct {
	label string
	most  float64   // the largest sum at any time
	first time.Time // the first time at which the value occurs
}

// add takes note of the sum of a captured value at a time. A sum of 0 means that the value does not
// occur then.
func (r ranking) add(label string, sum float64, t time.Time) {
	if label == "" || sum == 0 {
		return
	}
	v := r[label]
	if v == nil {
		v = &rankedValue{label: label, first: t, most: sum}
		r[label] = v
	}
	v.most = max(v.most, sum)
	if t.Before(v.first) {
		v.first = t
	}
}

// addAll calls add for each captured value of a time.
func (r ranking) addAll(sums map[string]float64, t time.Time) {
	for label, sum := range sums {
		r.add(label, sum, t)
	}
}

// labels returns the values that d selects, in the order of insights.CompareLabels, or "" as the
// only label if there is no value.
func (r ranking) labels(d Display) []string {
	if len(r) == 0 {
		return []string{""}
	}
	return slices.SortedFunc(maps.Keys(r.shown(d)), insights.CompareLabels)
}

// shown returns the values that d selects.
func (r ranking) shown(d Display) map[string]bool {
	order := slices.Collect(maps.Values(r))
	if d.Values > 0 && d.Values < len(order) {
		slices.SortFunc(order, func(a, b *rankedValue) int {
			by := 0
			switch d.Sort {
			case ByCount:
				by = cmp.Compare(a.most, b.most)
			case ByFirst:
				by = a.first.Compare(b.first)
			case ByLabel:
				by = insights.CompareLabels(a.label, b.label)
			}
			return cmp.Or(d.direction(by), cmp.Compare(a.label, b.label))
		})
		order = order[:d.Values]
	}
	shown := make(map[string]bool, len(order))
	for _, v := range order {
		shown[v.label] = true
	}
	return shown
}

// newest returns the points of the d.Samples newest times, or all points if d.Samples is 0.
func (d Display) newest(points []Point) []Point {
	if d.Samples == 0 {
		return points
	}
	times, start := 0, len(points)
	for start > 0 {
		if start == len(points) || !points[start-1].Time.Equal(points[start].Time) {
			if times++; times > d.Samples {
				break
			}
		}
		start--
	}
	return points[start:]
}
