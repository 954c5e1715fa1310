package store

import (
	"context"
	"slices"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Charts returns what a chart shows of several series, in two statements: their Points and, as the last point of those that
// have one, the snapshot.
func (s *Store) Charts(ctx context.Context, seriesIDs []string, f PointFilter) (map[string][]Point, error) {
	points, err := s.Points(ctx, seriesIDs, f)
	if err != nil {
		return nil, err
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
	from, to := dawn, dusk
	if f.From != nil {
		from = instant(*f.From)
	}
	if f.To != nil {
		to = instant(*f.To)
	}
	rows, err := s.queries().SnapshotPoints(ctx, db.SnapshotPointsParams{
		SeriesIDs: seriesIDs, FromTime: from, ToTime: to,
		Filtered: f.Include != "" || f.Exclude != "" || !f.Viewer.Admin, Include: f.Include, Exclude: f.Exclude,
		SeesAll: f.Viewer.Admin, Login: f.Viewer.Login,
	})
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
