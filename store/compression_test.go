package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// history is a repository in the model of a plan: the content of its index, and the time up to
// which the index is complete.
type history struct {
	repository store.Repository
	chain      []store.IndexedCommit
	indexedAt  time.Time
}

// cellKey identifies a sample of one series.
type cellKey struct {
	Repo int64
	Time time.Time
}

// cellState is a sample in the ledger with its points.
type cellState struct {
	Plan    int
	Outcome insights.Outcome
	Commit  string
	Value   float64
	Points  map[string]float64
}

// planned defines how a plan changes a sample, given what the series had before.
func planned(h history, t time.Time, before map[cellKey]cellState, plan int) cellState {
	key := cellKey{h.repository.ID, t}
	if was, ok := before[key]; ok && was.Outcome != insights.Pending {
		return was
	}
	state := cellState{Plan: plan, Outcome: insights.Pending}
	if h.indexedAt.Before(t) {
		return state
	}
	commit, ok := asOf(h.chain, t)
	if !ok {
		state.Outcome = insights.Absent
		return state
	}
	state.Commit = commit
	for other, was := range before {
		if other.Repo == h.repository.ID && was.Commit == commit && (was.Outcome == insights.Counted || was.Outcome == insights.Reused) {
			state.Outcome, state.Value, state.Points = insights.Reused, was.Value, was.Points
		}
	}
	return state
}

// valuesAt returns what a search finds. It depends only on the commit.
func valuesAt(commit string, byValue bool) (float64, map[string]int64) {
	n := int64(commit[0]) % 3
	if !byValue {
		return float64(n), nil
	}
	values := map[string]int64{"go1." + commit[:1]: n, "go2": 1}
	return float64(n + 1), values
}

// Over many plans, while the index grows and samples end in all ways, each plan changes samples as
// the function planned defines.
func TestPlansEqualTheDefinition(t *testing.T) {
	t.Parallel()
	b := setup(t)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		byValue := rapid.Bool().Draw(rt, "byValue")
		method := insights.Search
		if byValue {
			method = insights.SearchCompute
		}
		series := b.series(rt, fmt.Sprintf("run %d", runs), method)
		var names []string
		histories := make([]history, rapid.IntRange(1, 3).Draw(rt, "repositories"))
		for i := range histories {
			name := fmt.Sprintf("run%d/%d", runs, i)
			histories[i].repository, names = b.repository(rt, name), append(names, name)
		}

		want := map[cellKey]cellState{}
		for round := range rapid.IntRange(1, 3).Draw(rt, "generations") {
			for i := range histories {
				h := &histories[i]
				from := rapid.IntRange(0, len(h.chain)).Draw(rt, "from")
				added := chains(h.repository.Name, 6).Draw(rt, "added")
				h.chain, h.indexedAt = append(h.chain[:from:from], added...), day(rapid.IntRange(-6, 1).Draw(rt, "indexed"))
				require.NoError(rt, b.Commits.Replace(b.ctx, h.repository.ID, from, added, h.indexedAt))
			}
			kind := []insights.PlanKind{insights.BackfillPlan, insights.RecordingPlan}[round%2]
			offsets := rapid.SliceOfNDistinct(rapid.IntRange(-8, 1), 1, 5, rapid.ID).Draw(rt, "times")
			var times []time.Time
			for _, offset := range offsets {
				times = append(times, day(offset))
			}
			plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: kind, Times: times})
			require.NoError(rt, err)
			for done := false; !done; {
				_, done, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{Names: names}, 2, true)
				require.NoError(rt, err)
			}

			before := map[cellKey]cellState{}
			for key, state := range want {
				before[key] = state
			}
			// Beginning an unfinished plan again continues it and keeps what is planned.
			for _, h := range histories {
				for _, at := range times {
					if plan == round+1 {
						want[cellKey{h.repository.ID, at}] = planned(h, at, before, plan)
					}
				}
			}
			requireState(rt, b, series, want)

			pending, err := b.Samples.Pending(b.ctx, series.ID, plan, 0, 1<<40)
			require.NoError(rt, err)
			var ended []insights.Sample
			for _, sample := range pending {
				sample.Outcome = rapid.SampledFrom(insights.Outcomes).Draw(rt, "outcome")
				if sample.Outcome == insights.Pending {
					continue
				}
				if sample.Commit == "" { // the search finds the commit in the repository
					sample.Commit = oid(sample.RepositoryID, sample.Time)
				}
				if sample.Outcome == insights.Absent {
					sample.Commit = ""
				}
				if sample.Outcome.Exact() && sample.Outcome != insights.Absent {
					sample.Value, sample.Values = valuesAt(sample.Commit, byValue)
				}
				state := cellState{Plan: plan, Outcome: sample.Outcome, Commit: sample.Commit, Value: sample.Value}
				state.Points = pointsOf(sample)
				want[cellKey{sample.RepositoryID, sample.Time}] = state
				ended = append(ended, sample)
			}
			require.NoError(rt, b.Samples.Write(b.ctx, series.ID, plan, ended))
			requireState(rt, b, series, want)
		}
	})
}

// pointsOf defines the points of a sample.
func pointsOf(sample insights.Sample) map[string]float64 {
	points := map[string]float64{}
	for capture, n := range sample.Values {
		if n != 0 {
			points[capture] = float64(n)
		}
	}
	if sample.Values == nil && sample.Value != 0 {
		points[""] = sample.Value
	}
	if len(points) == 0 {
		return nil
	}
	return points
}

// requireState compares the whole ledger, all points and the sums of a series with the expected
// ones.
func requireState(t *rapid.T, b bundle, series insights.Series, want map[cellKey]cellState) {
	requireLedger(t, b, series, want)
	b.requireSums(t, series)
}

func requireLedger(t *rapid.T, b bundle, series insights.Series, want map[cellKey]cellState) {
	got := map[cellKey]cellState{}
	rows, err := b.pool.Query(b.ctx, `
		SELECT repo_id, time, plan, outcome, coalesce(encode(commit_bytea, 'hex'), ''), value
		FROM samples WHERE series_id = (SELECT id FROM insight_series WHERE series_id = $1)`, series.ID)
	require.NoError(t, err)
	for rows.Next() {
		var key cellKey
		var state cellState
		require.NoError(t, rows.Scan(&key.Repo, &key.Time, &state.Plan, &state.Outcome, &state.Commit, &state.Value))
		key.Time = key.Time.UTC()
		got[key] = state
	}
	require.NoError(t, rows.Err())
	for _, row := range b.pointRows(t, series) {
		state := got[cellKey{row.Repo, row.Time}]
		if state.Points == nil {
			state.Points = map[string]float64{}
		}
		require.Equal(t, series.Method == insights.SearchCompute, row.Capture != nil)
		capture := ""
		if row.Capture != nil {
			capture = *row.Capture
		}
		state.Points[capture] = row.Value
		got[cellKey{row.Repo, row.Time}] = state
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("ledger and points, -definition +SQL:\n%s", diff)
	}

	tally, err := b.Samples.Completeness(b.ctx, series.ID)
	require.NoError(t, err)
	require.NoError(t, tally.Check())
	var counted insights.Completeness
	for _, state := range want {
		counted.Add(state.Outcome, 1)
	}
	require.Equal(t, counted, tally)
}
