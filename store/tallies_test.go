package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// requireSums asserts that the sums that charts read, and the counters in the rows of the ledger,
// equal those that it computes from the samples and their captured values.
func (b bundle) requireSums(t require.TestingT, series insights.Series) {
	for what, sql := range map[string]string{
		"tallies": `
			WITH ledger AS (
				SELECT series_id, time, repo_id / 128 % 16 AS stripe,
					count(*) FILTER (WHERE outcome = 'counted') AS counted, count(*) FILTER (WHERE outcome = 'reused') AS reused,
					count(*) FILTER (WHERE outcome = 'absent') AS absent, count(*) FILTER (WHERE outcome = 'partial') AS partial,
					count(*) FILTER (WHERE outcome = 'failed') AS failed, count(*) FILTER (WHERE outcome = 'pending') AS pending, sum(value) AS value
				FROM samples WHERE series_id = (SELECT id FROM insight_series WHERE series_id = $1) GROUP BY 1, 2, 3
			), kept AS (SELECT series_id, time, stripe, counted, reused, absent, partial, failed, pending, value FROM series_tallies WHERE series_id = (SELECT id FROM insight_series WHERE series_id = $1))
			SELECT count(*) FROM ((TABLE ledger EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE ledger)) AS differences`,
		"sums of captures": `
			WITH ledger AS (
				SELECT d.id, p.time, p.capture, p.repo_id / 128 % 16 AS stripe, sum(p.value) AS value
				FROM series_points p JOIN insight_series d ON d.series_id = p.series_id WHERE d.generated_from_capture_groups AND d.series_id = $1 GROUP BY 1, 2, 3, 4
			), kept AS (SELECT series_id, time, capture, stripe, value FROM capture_sums WHERE value <> 0 AND series_id = (SELECT id FROM insight_series WHERE series_id = $1))
			SELECT count(*) FROM ((TABLE ledger EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE ledger)) AS differences`,
		"counters of rows": `
			SELECT count(*) FROM sample_chunks
			WHERE series_id = (SELECT id FROM insight_series WHERE series_id = $1)
				AND (pending <> length(outcomes) - length(replace(outcomes, 'p', '')) OR faulty <> length(outcomes) - length(translate(outcomes, 'if', '')))`,
	} {
		var differences int
		require.NoError(t, b.pool.QueryRow(b.ctx, sql, series.ID).Scan(&differences), what)
		require.Zero(t, differences, what)
	}
}

// modelSample is a sample in the model of the ledger: what readers see, and what a retry can
// restore.
type modelSample struct {
	plan       int
	outcome    insights.Outcome
	commit     string
	value      float64
	points     map[string]float64
	kept       insights.Outcome // "" if no retry works on the sample
	keptCommit string
}

// For random sequences of operator commands, plans and searches, the ledger equals a simple model,
// and charts are its sums.
func TestLedgerUnderRandomOperations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		byValue := rapid.Bool().Draw(rt, "byValue")
		method := insights.Search
		if byValue {
			method = insights.SearchCompute
		}
		series := b.series(rt, fmt.Sprint("run ", run), method)
		repositories := make([]store.Repository, 3)
		var names []string
		ids := map[int64]int{}
		for i := range repositories {
			repositories[i] = b.repository(rt, fmt.Sprintf("run%d/%d", run, i))
			names, ids[repositories[i].ID] = append(names, repositories[i].Name), i
		}
		scope := store.ScopeFilter{Names: names}
		removed := map[int64]bool{}
		model := map[cellKey]modelSample{}
		plans := map[int][]time.Time{} // open plans
		newest, points := 0, 5
		planAll := func(plan int, times []time.Time) {
			for done := false; !done; {
				var err error
				_, done, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, scope, 2, true)
				require.NoError(rt, err)
			}
			for _, repository := range repositories {
				if removed[repository.ID] {
					continue
				}
				for _, at := range times {
					key := cellKey{repository.ID, at}
					was, there := model[key]
					switch {
					case !there:
						model[key] = modelSample{plan: plan, outcome: insights.Pending}
					case was.outcome == insights.Pending && was.plan < plan:
						was.plan = plan
						model[key] = was
					}
				}
			}
			plans[plan] = times
			newest = max(newest, plan)
		}
		draw := func() []time.Time {
			var times []time.Time
			for _, d := range rapid.SliceOfNDistinct(rapid.IntRange(-40, 0), 1, 36, rapid.ID).Draw(rt, "times") {
				times = append(times, day(d))
			}
			return times
		}
		openPlan := func() int {
			var open []int
			for plan := range plans {
				open = append(open, plan)
			}
			if len(open) == 0 {
				rt.Skip("no plan")
			}
			slices.Sort(open)
			return rapid.SampledFrom(open).Draw(rt, "plan")
		}
		check := 0
		rt.Repeat(map[string]func(*rapid.T){
			"plan": func(rt *rapid.T) {
				times, kind := draw(), rapid.SampledFrom([]insights.PlanKind{insights.BackfillPlan, insights.RecordingPlan}).Draw(rt, "kind")
				plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: kind, Times: times})
				require.NoError(rt, err)
				if plan > newest {
					planAll(plan, times)
				}
			},
			"extend": func(rt *rapid.T) {
				if points > 900 {
					rt.Skip("long enough")
				}
				more := points + rapid.IntRange(1, 40).Draw(rt, "more")
				grid := series.Grid
				grid.Points = points
				times := grid.OlderFrames(more)
				plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.ExtensionPlan, Points: more, Times: times})
				require.NoError(rt, err)
				if points = more; plan > newest {
					planAll(plan, times)
				}
			},
			"write": func(rt *rapid.T) {
				plan := openPlan()
				var samples []insights.Sample
				for range rapid.IntRange(1, 8).Draw(rt, "samples") {
					sample := insights.Sample{
						RepositoryID: rapid.SampledFrom(repositories).Draw(rt, "repository").ID,
						Time:         rapid.SampledFrom(plans[plan]).Draw(rt, "time"),
						Outcome:      rapid.SampledFrom([]insights.Outcome{insights.Counted, insights.Reused, insights.Absent, insights.Partial, insights.Failed}).Draw(rt, "outcome"),
					}
					switch sample.Outcome {
					case insights.Absent:
					case insights.Failed:
						sample.Code, sample.Reason = "timeout", `after "3" attempts\ {a,b}`
					default:
						sample.Commit = oid(rapid.IntRange(0, 3).Draw(rt, "commit"))
						sample.Value = float64(rapid.IntRange(0, 3).Draw(rt, "value"))
						if byValue {
							sample.Values = map[string]int64{"a": int64(sample.Value), "b, \"c\"": rapid.Int64Range(0, 1).Draw(rt, "b")}
							sample.Value += float64(sample.Values["b, \"c\""])
						}
						if sample.Outcome == insights.Partial {
							sample.Code, sample.Reason = "missing object", "blob"
						}
					}
					if _, there := model[cellKey{sample.RepositoryID, sample.Time}]; there || !removed[sample.RepositoryID] {
						samples = append(samples, sample)
					}
				}
				require.NoError(rt, b.Samples.Write(b.ctx, series.ID, plan, samples))
				last := map[cellKey]insights.Sample{}
				for _, sample := range samples {
					last[cellKey{sample.RepositoryID, sample.Time}] = sample
				}
				for key, sample := range last {
					model[key] = writtenModel(model[key], sample, plan)
				}
			},
			"retry": func(rt *rapid.T) {
				selection := insights.Selection{Outcomes: []insights.Outcome{insights.Partial, insights.Failed}}
				if rapid.Bool().Draw(rt, "everything") {
					selection = insights.Everything()
				}
				plan, err := b.Plans.Begin(b.ctx, store.PlanRequest{SeriesID: series.ID, Kind: insights.RetryPlan, Selection: selection})
				require.NoError(rt, err)
				if plan == 0 || plan <= newest {
					return // no sample selected, or already planned
				}
				for done := false; !done; {
					_, done, err = b.Plans.WriteSlice(b.ctx, series.ID, plan, store.ScopeFilter{}, 2, true)
					require.NoError(rt, err)
				}
				var times []time.Time
				for key, s := range model {
					if removed[key.Repo] || !slices.Contains(selection.Outcomes, s.outcome) {
						continue
					}
					s.kept, s.keptCommit, s.outcome, s.commit, s.plan = s.outcome, s.commit, insights.Pending, "", plan
					model[key] = s
					times = append(times, key.Time)
				}
				slices.SortFunc(times, time.Time.Compare)
				plans[plan], newest = slices.Compact(times), plan
			},
			"cancel": func(rt *rapid.T) {
				plan := openPlan()
				for n := 1; n > 0; {
					var err error
					n, err = b.Plans.CancelSlice(b.ctx, series.ID, plan, "test", 7)
					require.NoError(rt, err)
				}
				for key, s := range model {
					if s.plan != plan || s.outcome != insights.Pending {
						continue
					}
					if s.outcome = insights.Failed; s.kept != "" {
						s.outcome, s.commit, s.kept, s.keptCommit = s.kept, s.keptCommit, "", ""
					}
					model[key] = s
				}
				require.NoError(rt, b.Plans.Complete(b.ctx, series.ID, plan, day(1)))
				delete(plans, plan)
			},
			"remove": func(rt *rapid.T) {
				repository := rapid.SampledFrom(repositories).Draw(rt, "repository")
				if !removed[repository.ID] && len(removed) < 2 {
					require.NoError(rt, b.Repositories.Remove(b.ctx, repository.Name))
					removed[repository.ID] = true
				}
			},
			"": func(rt *rapid.T) {
				if check++; check%5 != 0 { // reading everything costs more than the operations
					return
				}
				requireLedger(rt, b, series, wanted(model))
			},
		})
		requireLedger(rt, b, series, wanted(model))
		b.requireSums(rt, series)
	})
}

// wanted returns what readers must see of the model.
func wanted(model map[cellKey]modelSample) map[cellKey]cellState {
	want := map[cellKey]cellState{}
	for key, s := range model {
		want[key] = cellState{Plan: s.plan, Outcome: s.outcome, Commit: s.commit, Value: s.value, Points: s.points}
	}
	return want
}

// writtenModel defines how a write changes a sample.
func writtenModel(was modelSample, sample insights.Sample, plan int) modelSample {
	is := modelSample{plan: was.plan, outcome: sample.Outcome, commit: sample.Commit, value: sample.Value, points: pointsOf(sample)}
	before, commit := was.outcome, was.commit
	if was.kept != "" {
		before, commit = was.kept, was.keptCommit
	}
	knowsMore := true
	switch sample.Outcome {
	case insights.Failed:
		knowsMore = before == "" || before == insights.Pending || before == insights.Failed
	case insights.Partial:
		knowsMore = !before.Exact() || sample.Commit != commit
	}
	switch {
	case was.outcome == "":
		is.plan = plan
		return is
	case was.plan > plan:
		return was
	case knowsMore:
		return is
	case was.kept != "":
		was.outcome, was.commit, was.kept, was.keptCommit = was.kept, was.keptCommit, "", ""
	}
	return was
}
