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

// sum is what some repositories have at one time of one series.
type sum struct {
	outcomes insights.Completeness
	value    float64
	captures map[string]float64
}

// sumKey names a sum by the series' integer id.
type sumKey struct {
	series int32
	time   time.Time
}

// sums are what a chart is made of.
type sums map[sumKey]*sum

func (s sums) at(key sumKey) *sum {
	if s[key] == nil {
		s[key] = &sum{captures: map[string]float64{}}
	}
	return s[key]
}

// filteredPoints sums the ledger over the repositories that the filter chooses.
func filteredPoints(ctx context.Context, q *db.Queries, params db.PointsParams, f PointFilter) (map[string][]Point, error) {
	choice, err := chooseRepositories(ctx, q, f)
	if err != nil {
		return nil, err
	}
	series, err := slotsOf(ctx, q, params.SeriesIDs)
	if err != nil {
		return nil, err
	}
	read, err := readSums(ctx, q, series, choice, params)
	if err != nil {
		return nil, err
	}
	if choice.others {
		all, err := q.Points(ctx, params)
		if err != nil {
			return nil, err
		}
		read = sumsOf(all, series).minus(read)
	}
	return pointsOf(read.rows(series)), nil
}

// readSums sums the rows of the repositories chosen, or of the others, within the times asked for.
func readSums(ctx context.Context, q *db.Queries, series map[string]*slots, choice chosen, params db.PointsParams) (sums, error) {
	byKey := make(map[int32]*slots, len(series))
	var captured []int32
	for _, s := range series {
		byKey[s.key] = s
		if s.captured {
			captured = append(captured, s.key)
		}
	}
	read := sums{}
	// places returns the sums of the places of a chunk, nil where the time was not asked for.
	type row struct{ series, chunk int32 }
	known := map[row]*[chunkPlaces]*sum{}
	places := func(key row) *[chunkPlaces]*sum {
		if known[key] == nil {
			known[key] = &[chunkPlaces]*sum{}
			for i := range known[key] {
				t, ok := byKey[key.series].byPlace[slot{key.chunk, int32(i + 1)}]
				if ok && !t.Before(params.FromTime) && !t.After(params.ToTime) {
					known[key][i] = read.at(sumKey{key.series, t})
				}
			}
		}
		return known[key]
	}
	keys := slices.Collect(maps.Keys(byKey))
	choice.chunks = chunksBetween(series, params.FromTime, params.ToTime)
	err := eachOutcomes(ctx, q, keys, choice, func(r db.OutcomesAmongRow) {
		at := places(row{r.SeriesID, r.Chunk})
		for i := range r.Outcomes {
			outcome := outcomeOf[r.Outcomes[i]]
			if at[i] == nil || outcome == "" {
				continue
			}
			at[i].outcomes.Add(outcome, 1)
			at[i].value += nth(r.Vals, i)
		}
	})
	if err != nil || len(captured) == 0 {
		return read, err
	}
	err = eachCapture(ctx, q, captured, choice, func(r db.CapturesAmongRow) {
		at := places(row{r.SeriesID, r.Chunk})
		for i, value := range r.Vals {
			if at[i] != nil && value != 0 {
				at[i].captures[r.Capture] += value
			}
		}
	})
	return read, err
}

// chunksBetween returns the numbers of the chunks that have a time of any of the series between two.
func chunksBetween(series map[string]*slots, from, to time.Time) (numbers []int32) {
	for _, s := range series {
		for at, t := range s.byPlace {
			if !t.Before(from) && !t.After(to) && !slices.Contains(numbers, at.chunk) {
				numbers = append(numbers, at.chunk)
			}
		}
	}
	return numbers
}

func eachOutcomes(ctx context.Context, q *db.Queries, keys []int32, choice chosen, do func(db.OutcomesAmongRow)) error {
	if choice.others {
		rows, err := q.OutcomesNotAmong(ctx, db.OutcomesNotAmongParams{SeriesIDs: keys, Chunks: choice.chunks, RepoIDs: choice.ids})
		for _, row := range rows {
			do(db.OutcomesAmongRow(row))
		}
		return err
	}
	rows, err := q.OutcomesAmong(ctx, db.OutcomesAmongParams{SeriesIDs: keys, Chunks: choice.chunks, RepoIDs: choice.ids})
	for _, row := range rows {
		do(row)
	}
	return err
}

func eachCapture(ctx context.Context, q *db.Queries, keys []int32, choice chosen, do func(db.CapturesAmongRow)) error {
	if choice.others {
		rows, err := q.CapturesNotAmong(ctx, db.CapturesNotAmongParams{SeriesIDs: keys, Chunks: choice.chunks, RepoIDs: choice.ids})
		for _, row := range rows {
			do(db.CapturesAmongRow(row))
		}
		return err
	}
	rows, err := q.CapturesAmong(ctx, db.CapturesAmongParams{SeriesIDs: keys, Chunks: choice.chunks, RepoIDs: choice.ids})
	for _, row := range rows {
		do(row)
	}
	return err
}

// sumsOf reads what all repositories have.
func sumsOf(rows []db.PointsRow, series map[string]*slots) sums {
	all := sums{}
	for _, row := range rows {
		s := all.at(sumKey{series[row.SeriesID].key, row.Time.UTC()})
		s.outcomes = outcomesOf(row)
		if !row.Captured {
			s.value = row.Value
		} else if row.Capture != nil {
			s.captures[*row.Capture] = row.Value
		}
	}
	return all
}

// minus takes away what some repositories have.
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

// rows gives the sums the form of those of a chart without a filter. A time at which no chosen repository has a sample is none.
func (s sums) rows(series map[string]*slots) (rows []db.PointsRow) {
	for id, one := range series {
		for _, t := range one.byPlace {
			at, ok := s[sumKey{one.key, t}]
			if !ok || at.outcomes.Planned == 0 {
				continue
			}
			o := at.outcomes
			row := db.PointsRow{
				SeriesID: id, Time: t, Captured: one.captured,
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
