package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/backsight/backsight/store/internal/db"
)

// slot is where the samples of a time are stored: at a place of one of a series' chunks.
type slot struct{ chunk, place int32 }

// slots are the sample times of a series, and where their samples are.
type slots struct {
	key      int32 // of the series
	captured bool  // the series counts by captured value
	byTime   map[int64]slot
	bySlot   map[slot]time.Time
	chunks   []int32 // numbers of all chunks, the one with the newest time last
}

func newSlots(key int32, captured bool) *slots {
	return &slots{key: key, captured: captured, byTime: map[int64]slot{}, bySlot: map[slot]time.Time{}}
}

// slotsOf reads the slots of some series, by series id, including those of snapshots. Only byTime
// leaves out the times of snapshots.
func slotsOf(ctx context.Context, q *db.Queries, seriesIDs []string) (map[string]*slots, error) {
	rows, err := q.Slots(ctx, seriesIDs)
	if err != nil {
		return nil, err
	}
	all := make(map[string]*slots, len(seriesIDs))
	for _, row := range rows {
		s := all[row.SeriesID]
		if s == nil {
			s = newSlots(row.ID, row.Captured)
			all[row.SeriesID] = s
		}
		if row.Time != nil {
			s.add(row.Time.UTC(), slot{*row.Chunk, *row.Place})
		}
	}
	return all, nil
}

// add adds a slot. Callers add them by ascending time.
func (s *slots) add(t time.Time, at slot) {
	s.bySlot[at] = t
	if at.chunk >= 0 {
		s.byTime[t.UnixMicro()] = at
	}
	s.chunks = append(slices.DeleteFunc(s.chunks, func(number int32) bool { return number == at.chunk }), at.chunk)
}

// of returns the slot of a time, and false when the series does not have the time.
func (s *slots) of(t time.Time) (slot, bool) {
	at, ok := s.byTime[t.UnixMicro()]
	return at, ok
}

// chunksOf returns the numbers of the chunks that have the times.
func (s *slots) chunksOf(times []time.Time) (numbers []int32) {
	for _, t := range times {
		if at, ok := s.of(t); ok && !slices.Contains(numbers, at.chunk) {
			numbers = append(numbers, at.chunk)
		}
	}
	slices.SortFunc(numbers, cmp.Compare)
	return numbers
}

// permanent returns the numbers of the chunks that hold no snapshot.
func (s *slots) permanent() []int32 {
	return slices.DeleteFunc(slices.Clone(s.chunks), func(number int32) bool { return number < 0 })
}
