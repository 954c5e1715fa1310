package store

import (
	"context"
	"slices"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Charts returns what a chart shows of several series: their newest points, as many as their Retention and the Display say, and as the last
// one of those that have it, the snapshot. Three statements, and one more where values are bounded. For who sees all repositories and asks for all, Postgres
// bounds them; for others all values are read, and bounded here.
func (s *Store) Charts(ctx context.Context, seriesIDs []string, f PointFilter, d Display) (map[string]Chart, error) {
	if d.Values > 0 && f.everything() {
		var err error
		if f.values, err = s.chooseValues(ctx, seriesIDs, f, d); err != nil {
			return nil, err
		}
	}
	points, err := s.Export(ctx, seriesIDs, f)
	if err != nil {
		return nil, err
	}
	charts := make(map[string]Chart, len(points))
	for id, list := range points {
		live := slices.DeleteFunc(slices.Clone(list), func(p Point) bool { return p.Archived })
		chart := d.bound(live)
		if len(chart.Points) < len(list) {
			chart.Points = withoutIdle(chart.Points)
		}
		if f.values != nil {
			chart.Values = f.values.totals[id]
		}
		charts[id] = chart
	}
	return charts, nil
}

// withoutIdle leaves out the captured values that occur at none of the times, unless none occurs.
func withoutIdle(points []Point) []Point {
	occurs := map[string]bool{}
	for _, p := range points {
		if p.Value != 0 {
			occurs[p.Label] = true
		}
	}
	if len(occurs) > 0 {
		return slices.DeleteFunc(points, func(p Point) bool { return p.Label != "" && !occurs[p.Label] })
	}
	var bare []Point
	for _, p := range points {
		if p.Label = ""; len(bare) == 0 || !bare[len(bare)-1].Time.Equal(p.Time) {
			bare = append(bare, p)
		}
	}
	return bare
}

// Export returns everything that there is of several series, as Charts does, and the archived points before it.
func (s *Store) Export(ctx context.Context, seriesIDs []string, f PointFilter) (map[string][]Point, error) {
	points, err := s.Points(ctx, seriesIDs, f)
	if err != nil {
		return nil, err
	}
	archived, err := s.archivedTimes(ctx, seriesIDs)
	if err != nil {
		return nil, err
	}
	for id, times := range archived {
		for i, p := range points[id] {
			points[id][i].Archived = times[p.Time]
		}
	}
	snapshots, err := s.snapshotPoints(ctx, seriesIDs, f)
	if err != nil {
		return nil, err
	}
	for id, last := range snapshots {
		points[id] = joined(points[id], last)
	}
	return points, nil
}

func (s *Store) snapshotPoints(ctx context.Context, seriesIDs []string, f PointFilter) (map[string][]Point, error) {
	from, to := f.span()
	params := db.SnapshotPointsParams{
		SeriesIDs: seriesIDs, FromTime: from, ToTime: to,
		Filtered: !f.everything(), Include: f.Include, Exclude: f.Exclude,
		SeesAll: f.Viewer.Admin, Login: f.Viewer.Login, AllValues: f.values == nil,
	}
	if f.values != nil {
		params.ValueSeries, params.ChosenValues = f.values.keys, f.values.values
	}
	rows, err := s.queries().SnapshotPoints(ctx, params)
	if err != nil {
		return nil, classify(err, "snapshots of %d series", len(seriesIDs))
	}
	same := make([]db.PointsRow, len(rows)) // one shape for all points
	for i, row := range rows {
		same[i] = db.PointsRow(row)
	}
	points := pointsOf(same)
	for _, list := range points {
		for i := range list {
			list[i].Snapshot = true
		}
	}
	return points, nil
}

// joined puts two runs of points of one series, both by time and label, one after the other. Each time has a point for each label that
// occurs in either.
func joined(earlier, later []Point) []Point {
	all := append(slices.Clone(earlier), later...)
	var labels []string
	for _, p := range all {
		if p.Label != "" {
			labels = append(labels, p.Label)
		}
	}
	if len(labels) == 0 {
		return all
	}
	slices.SortFunc(labels, insights.CompareLabels)
	labels = slices.Compact(labels)
	var filled []Point
	for start := 0; start < len(all); {
		end := start + 1
		for end < len(all) && all[end].Time.Equal(all[start].Time) && all[end].Snapshot == all[start].Snapshot {
			end++
		}
		values := make(map[string]float64, end-start)
		for _, p := range all[start:end] {
			values[p.Label] = p.Value
		}
		for _, label := range labels {
			p := all[start]
			p.Label, p.Value = label, values[label]
			filled = append(filled, p)
		}
		start = end
	}
	return filled
}
