package store

import (
	"context"
	"slices"
	"time"
)

// Read returns the charts of several series, as a map by series id; a series without points is not
// in the map. A chart has points at the newest sample times, as many as retention and d.Samples
// allow, for the captured values that d selects. An administrator's read without f.Include and
// f.Exclude takes two SQL statements and, if d.Values is not 0, a third one, with which Postgres
// selects the values. Other reads take up to six statements: they read all values, and Read then
// selects.
func (s *Charts) Read(ctx context.Context, seriesIDs []string, f PointFilter, d Display) (map[string]Chart, error) {
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

// withoutIdle removes the points of captured values that occur at none of the times. If no value
// occurs at all, it returns one point per time, without a label.
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

// Export is like Points, and also sets Point.Archived, with one more statement.
func (s *Charts) Export(ctx context.Context, seriesIDs []string, f PointFilter) (map[string][]Point, error) {
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
			points[id][i].Archived = times[p.Time] && !p.Snapshot
		}
	}
	return points, nil
}

// archivedTimes returns the archived sample times, by series.
func (s *Charts) archivedTimes(ctx context.Context, seriesIDs []string) (map[string]map[time.Time]bool, error) {
	rows, err := s.queries().ArchivedTimes(ctx, seriesIDs)
	if err != nil {
		return nil, classify(err, "archived times of %d series", len(seriesIDs))
	}
	archived := map[string]map[time.Time]bool{}
	for _, row := range rows {
		if archived[row.SeriesID] == nil {
			archived[row.SeriesID] = map[time.Time]bool{}
		}
		archived[row.SeriesID][row.Time.UTC()] = true
	}
	return archived, nil
}
