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

// sum is the tally and the values of some repositories at one time of one series.
type sum struct {
	outcomes insights.Completeness
	value    float64
	captures map[string]float64
}

func newSum() *sum { return &sum{captures: map[string]float64{}} }

// sumKey identifies a sum. The field series is the integer id of the sum's series.
type sumKey struct {
	series int32
	time   time.Time
}

// sums has the sums of one or more charts.
type sums map[sumKey]*sum

func (s sums) at(key sumKey) *sum {
	if s[key] == nil {
		s[key] = newSum()
	}
	return s[key]
}

// filteredPoints sums the ledger over the repositories that the filter chooses. `most` is as for
// sumsOver and pointsOf.
func (d *database) filteredPoints(ctx context.Context, q *db.Queries, params db.PointsParams, f PointFilter, most int) (map[string][]Point, error) {
	choice, err := d.chooseRepositories(ctx, q, f)
	if err != nil {
		return nil, err
	}
	series, err := chartSlots(ctx, q, params)
	if err != nil {
		return nil, err
	}
	read, err := sumsOver(ctx, q, series, params, choice, most)
	if err != nil {
		return nil, err
	}
	return pointsOf(read.rows(series), most)
}

// sumsOver sums the ledger over the repositories that `choice` chooses, at the times of the slots.
// params must select the same series and times. sumsOver returns errTooManyPoints for more than
// `most` sums of captured values; 0 means no limit.
func sumsOver(ctx context.Context, q *db.Queries, series map[string]*slots, params db.PointsParams, choice chosen, most int) (sums, error) {
	read, err := readSums(ctx, q, series, choice, most)
	if err != nil || !choice.others {
		return read, err
	}
	all, rows := sums{}, 0
	err = q.EachPoint(ctx, params, func(row db.PointsRow) error {
		all.at(sumKey{series[row.SeriesID].key, row.Time.UTC()}).add(row)
		rows++
		return within(rows, most)
	})
	return all.minus(read), err
}

// chartSlots reads, by series id, the slots of those requested times that charts can show.
func chartSlots(ctx context.Context, q *db.Queries, params db.PointsParams) (map[string]*slots, error) {
	rows, err := q.ChartSlots(ctx, db.ChartSlotsParams{SeriesIDs: params.SeriesIDs, FromTime: params.FromTime, ToTime: params.ToTime})
	if err != nil {
		return nil, err
	}
	all := make(map[string]*slots, len(params.SeriesIDs))
	for _, row := range rows {
		if all[row.SeriesID] == nil {
			all[row.SeriesID] = newSlots(row.ID, row.Captured)
		}
		all[row.SeriesID].add(row.Time.UTC(), slot{row.Chunk, row.Place})
	}
	return all, nil
}

// readSums sums the rows of the repositories choice.ids or, if choice.others is set, of all other
// repositories, at the times of the slots. `most` is as for sumsOver.
func readSums(ctx context.Context, q *db.Queries, series map[string]*slots, choice chosen, most int) (sums, error) {
	byKey := make(map[int32]*slots, len(series))
	var captured []int32
	for _, s := range series {
		byKey[s.key] = s
		if s.captured {
			captured = append(captured, s.key)
		}
	}
	read := sums{}
	// places returns the sums for the places of a chunk, nil for times that were not asked for.
	type row struct{ series, chunk int32 }
	known := map[row]*[chunkPlaces]*sum{}
	places := func(key row) *[chunkPlaces]*sum {
		if known[key] == nil {
			known[key] = &[chunkPlaces]*sum{}
			for i := range known[key] {
				if t, ok := byKey[key.series].bySlot[slot{key.chunk, int32(i + 1)}]; ok {
					known[key][i] = read.at(sumKey{key.series, t})
				}
			}
		}
		return known[key]
	}
	keys := slices.Collect(maps.Keys(byKey))
	for _, s := range series {
		choice.chunks = append(choice.chunks, s.chunks...)
	}
	rows, err := q.OutcomesAmong(ctx, db.OutcomesAmongParams{SeriesIDs: keys, Chunks: choice.chunks, RepoIDs: choice.ids, Given: !choice.others})
	if err != nil {
		return read, err
	}
	for _, r := range rows {
		at := places(row{r.SeriesID, r.Chunk})
		for i := range r.Outcomes {
			outcome := outcomeOf[r.Outcomes[i]]
			if at[i] == nil || outcome == "" {
				continue
			}
			at[i].outcomes.Add(outcome, 1)
			at[i].value += nth(r.Vals, i)
		}
	}
	if len(captured) == 0 {
		return read, nil
	}
	distinct := 0
	err = q.EachCapturesAmong(ctx, db.CapturesAmongParams{SeriesIDs: captured, Chunks: choice.chunks, RepoIDs: choice.ids, Given: !choice.others}, func(r db.CapturesAmongRow) error {
		at := places(row{r.SeriesID, r.Chunk})
		for i, value := range r.Vals {
			if at[i] == nil || value == 0 {
				continue
			}
			before := len(at[i].captures)
			at[i].captures[r.Capture] += value
			distinct += len(at[i].captures) - before
		}
		return within(distinct, most)
	})
	return read, err
}

// add adds a row of an unfiltered chart, which counts all repositories at the time of the sum.
func (s *sum) add(row db.PointsRow) {
	s.outcomes = outcomesOf(row)
	if !row.Captured {
		s.value = row.Value
	} else if row.Capture != nil {
		s.captures[*row.Capture] = row.Value
	}
}

// minus subtracts the sums of some repositories from s, and returns s.
func (s sums) minus(some sums) sums {
	for key, part := range some {
		of := s.at(key)
		for _, outcome := range insights.Outcomes {
			of.outcomes.Add(outcome, -part.outcomes.Of(outcome))
		}
		of.value -= part.value
		for capture, value := range part.captures {
			of.captures[capture] -= value
		}
	}
	return s
}

// rows returns the sums in the form of an unfiltered chart, without times at which no chosen
// repository has a sample.
func (s sums) rows(series map[string]*slots) (rows []db.PointsRow) {
	for id, one := range series {
		for where, t := range one.bySlot {
			at, ok := s[sumKey{one.key, t}]
			if !ok || at.outcomes.Planned == 0 {
				continue
			}
			o := at.outcomes
			row := db.PointsRow{
				SeriesID: id, Time: t, Snapshot: where.chunk < 0, Captured: one.captured,
				Counted: o.Counted, Reused: o.Reused, Absent: o.Absent, Partial: o.Partial, Failed: o.Failed, Pending: o.Pending,
			}
			if !one.captured {
				row.Value = at.value
			}
			found := false
			for capture, value := range at.captures {
				if value != 0 {
					row.Capture, row.Value, found = &capture, value, true
					rows = append(rows, row)
				}
			}
			if !found {
				rows = append(rows, row)
			}
		}
	}
	slices.SortFunc(rows, func(a, b db.PointsRow) int {
		return cmp.Or(cmp.Compare(a.SeriesID, b.SeriesID), a.Time.Compare(b.Time))
	})
	return rows
}
