package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// ledger is the part of a series' ledger that one plan reads and writes, in a transaction. Every
// writer of samples locks rows, changes them, and saves them with the method save.
type ledger struct {
	*slots
	q    *db.Queries
	plan int32
	// snapshot is true for the plan of a snapshot. byTime then has only the time of that snapshot.
	snapshot bool
}

// openLedger reads the slots that a plan of the series can use. It returns NotFound when the series
// does not exist.
func openLedger(ctx context.Context, q *db.Queries, seriesID string, plan int32) (ledger, error) {
	all, err := slotsOf(ctx, q, []string{seriesID})
	if err == nil && all[seriesID] == nil {
		err = insights.Errorf(insights.NotFound, "series %s does not exist", seriesID)
	}
	if err != nil {
		return ledger{}, err
	}
	l := ledger{slots: all[seriesID], q: q, plan: plan}
	own := slot{chunk: -plan, place: 1}
	if t, ok := l.bySlot[own]; ok {
		l.snapshot = true
		l.byTime = map[int64]slot{t.UnixMicro(): own}
	}
	return l, nil
}

// load locks rows of the ledger and returns them by key, without those that do not exist.
func (l ledger) load(ctx context.Context, keys []chunkKey) (map[chunkKey]*chunk, error) {
	p := db.LockChunksParams{SeriesID: l.key}
	p.Chunks, p.RepoIDs = columnsOf(keys)
	rows, err := l.q.LockChunks(ctx, p)
	if err != nil {
		return nil, err
	}
	chunks := make(map[chunkKey]*chunk, len(rows))
	for _, row := range rows {
		c := chunkOf(row.SampleChunks)
		chunks[c.chunkKey] = c
	}
	return chunks, l.loadCaptures(ctx, chunks)
}

// loadCaptures reads the captures of rows of a series that counts by captured value.
func (l ledger) loadCaptures(ctx context.Context, chunks map[chunkKey]*chunk) error {
	if !l.captured || len(chunks) == 0 {
		return nil
	}
	p := db.CapturesOfParams{SeriesID: l.key}
	p.Chunks, p.RepoIDs = columnsOf(slices.Collect(maps.Keys(chunks)))
	rows, err := l.q.CapturesOf(ctx, p)
	if err != nil {
		return err
	}
	for _, row := range rows {
		c := chunks[chunkKey{row.RepoID, row.Chunk}]
		for i, value := range row.Vals {
			if value == 0 {
				continue
			}
			if c.was[i].captures == nil {
				c.was[i].captures = map[string]float64{}
			}
			c.was[i].captures[row.Capture] = value
		}
	}
	for _, c := range chunks {
		c.is = c.was
	}
	return nil
}

// save writes new and changed rows, their captures, and the tallies and sums that charts show.
func (l ledger) save(ctx context.Context, chunks []*chunk) error {
	var added, changed chunkRows
	added.SeriesID, changed.SeriesID = l.key, l.key
	slices.SortFunc(chunks, func(a, b *chunk) int { return a.compare(b.chunkKey) })
	for _, c := range chunks {
		switch {
		case !c.stored:
			added.add(c)
		case c.changed():
			changed.add(c)
		}
	}
	if len(added.Chunks) > 0 {
		n, err := l.q.InsertChunks(ctx, db.InsertChunksParams(added))
		if err != nil {
			return err
		}
		if int(n) != len(added.Chunks) {
			return insights.Errorf(insights.NotFound, "not all of the repositories %d to %d are registered", added.RepoIDs[0], added.RepoIDs[len(added.RepoIDs)-1])
		}
	}
	if len(changed.Chunks) > 0 {
		n, err := l.q.UpdateChunks(ctx, db.UpdateChunksParams(changed))
		if err != nil {
			return err
		}
		if int(n) != len(changed.Chunks) {
			// a defect
			return fmt.Errorf("only %d of %d locked rows of the ledger were written", n, len(changed.Chunks))
		}
	}
	if err := l.saveCaptures(ctx, chunks); err != nil {
		return err
	}
	return l.saveTallies(ctx, chunks)
}

func (l ledger) saveCaptures(ctx context.Context, chunks []*chunk) error {
	if !l.captured {
		return nil
	}
	written, gone := db.WriteCapturesParams{SeriesID: l.key}, db.DeleteCapturesParams{SeriesID: l.key}
	for _, c := range chunks {
		before, after := capturesOf(c.was[:]), capturesOf(c.is[:])
		for _, capture := range slices.Sorted(maps.Keys(after)) {
			if before[capture] == after[capture] {
				continue
			}
			written.Chunks, written.RepoIDs = append(written.Chunks, c.number), append(written.RepoIDs, c.repo)
			written.Captures, written.Vals = append(written.Captures, capture), append(written.Vals, after[capture])
		}
		for _, capture := range slices.Sorted(maps.Keys(before)) {
			if _, stays := after[capture]; !stays {
				gone.Chunks, gone.RepoIDs, gone.Captures = append(gone.Chunks, c.number), append(gone.RepoIDs, c.repo), append(gone.Captures, capture)
			}
		}
	}
	if len(gone.Chunks) > 0 {
		if err := l.q.DeleteCaptures(ctx, gone); err != nil {
			return err
		}
	}
	if len(written.Chunks) > 0 {
		return l.q.WriteCaptures(ctx, written)
	}
	return nil
}

// capturesOf returns the vectors of a row by captured value, as texts for Postgres.
func capturesOf(entries []entry) map[string]string {
	vectors := map[string]string{}
	for _, e := range entries {
		for capture := range e.captures {
			if _, done := vectors[capture]; !done {
				vectors[capture] = array(entries, func(e entry) float64 { return e.captures[capture] }, appendFloat)
			}
		}
	}
	return vectors
}

// stripe spreads the sums of one time over several rows, so that writers of different repositories
// rarely wait for each other.
func stripe(repo int32) int32 { return repo / 128 % 16 }

// tallyKey identifies a row of capture_sums or, if capture is "", of series_tallies.
type tallyKey struct {
	time    int64
	capture string
	stripe  int32
}

func (k tallyKey) compare(other tallyKey) int {
	return cmp.Or(cmp.Compare(k.time, other.time), cmp.Compare(k.capture, other.capture), cmp.Compare(k.stripe, other.stripe))
}

// saveTallies adds the differences between chunk.was and chunk.is to the tallies and sums.
func (l ledger) saveTallies(ctx context.Context, chunks []*chunk) error {
	type difference struct {
		outcomes insights.Completeness
		value    float64
	}
	tallies, sums := map[tallyKey]difference{}, map[tallyKey]float64{}
	for _, c := range chunks {
		for i := range c.is {
			was, is := &c.was[i], &c.is[i]
			if was.outcome == is.outcome && was.value == is.value && maps.Equal(was.captures, is.captures) {
				continue
			}
			key := tallyKey{time: l.bySlot[slot{c.number, int32(i + 1)}].UnixMicro(), stripe: stripe(c.repo)}
			d := tallies[key]
			if was.outcome != "" {
				d.outcomes.Add(was.outcome, -1)
			}
			if is.outcome != "" {
				d.outcomes.Add(is.outcome, 1)
			}
			d.value += is.value - was.value
			tallies[key] = d
			for capture, value := range was.captures {
				sums[tallyKey{key.time, capture, key.stripe}] -= value
			}
			for capture, value := range is.captures {
				sums[tallyKey{key.time, capture, key.stripe}] += value
			}
		}
	}
	p := db.AddTalliesParams{SeriesID: l.key, Snapshot: l.snapshot}
	for _, key := range slices.SortedFunc(maps.Keys(tallies), tallyKey.compare) {
		d := tallies[key]
		if d == (difference{}) {
			continue
		}
		p.Times, p.Stripes = append(p.Times, time.UnixMicro(key.time).UTC()), append(p.Stripes, key.stripe)
		p.Counted, p.Reused, p.Absent = append(p.Counted, int32(d.outcomes.Counted)), append(p.Reused, int32(d.outcomes.Reused)), append(p.Absent, int32(d.outcomes.Absent))
		p.Partial, p.Failed, p.Pending = append(p.Partial, int32(d.outcomes.Partial)), append(p.Failed, int32(d.outcomes.Failed)), append(p.Pending, int32(d.outcomes.Pending))
		p.Vals = append(p.Vals, d.value)
	}
	s := db.AddCaptureSumsParams{SeriesID: l.key, Snapshot: l.snapshot}
	for _, key := range slices.SortedFunc(maps.Keys(sums), tallyKey.compare) {
		if sums[key] == 0 {
			continue
		}
		s.Times, s.Captures = append(s.Times, time.UnixMicro(key.time).UTC()), append(s.Captures, key.capture)
		s.Stripes, s.Vals = append(s.Stripes, key.stripe), append(s.Vals, sums[key])
	}
	if len(s.Times) > 0 {
		if err := l.q.AddCaptureSums(ctx, s); err != nil {
			return err
		}
	}
	if len(p.Times) > 0 {
		return l.q.AddTallies(ctx, p)
	}
	return nil
}

func columnsOf(keys []chunkKey) (chunks, repos []int32) {
	for _, key := range keys {
		chunks, repos = append(chunks, key.number), append(repos, key.repo)
	}
	return chunks, repos
}

// keysOfAll returns the keys of the rows of some repositories in some chunks.
func keysOfAll(repos, chunks []int32) []chunkKey {
	keys := make([]chunkKey, 0, len(repos)*len(chunks))
	for _, repo := range repos {
		for _, number := range chunks {
			keys = append(keys, chunkKey{repo, number})
		}
	}
	return keys
}
