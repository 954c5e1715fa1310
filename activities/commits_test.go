package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/testgit"
)

// active has two commits before the interval of the oldest frame, one in that interval, none in the
// next, and two in the newest.
func active(t *testing.T) *testgit.Repo {
	t.Helper()
	r := testgit.New(t)
	at := func(k int, hours int) time.Time { return grid.Time(k).Add(-time.Duration(hours) * time.Hour) }
	file := func(text string) []testgit.Change { return []testgit.Change{{Path: "a.go", Content: text}} }
	r.Import(t, "main", true,
		testgit.Commit{Time: at(-4, 9), Message: "first fix", Changes: file("TODO\n")},
		testgit.Commit{Time: at(-3, 9), Message: "second fix", Changes: file("TODO\nTODO b\n")},
		testgit.Commit{Time: at(-2, 9), Message: "third fix", Changes: file("TODO\n")},
		testgit.Commit{Time: at(0, 9), Message: "fix", Changes: file("TODO\nTODO c\n")},
		testgit.Commit{Time: at(0, 8), Message: "other", Changes: file("TODO c\nTODO\n")},
	)
	return r
}

// Values of a query about commits belong to intervals. The first interval begins one grid step
// before the first frame. Two frames at one commit do not share a value, and the values are the
// same whether frames are searched together or one by one.
func TestCommitsAreCountedPerInterval(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("active", active(t))
	young := testgit.New(t)
	young.Commit(t, shortlyBefore(0), map[string]string{"a": "TODO"})
	b.local("young", young)
	for query, want := range map[string][]string{
		"type:commit":     {"counted 2", "counted 0", "counted 1"},
		"type:commit fix": {"counted 1", "counted 0", "counted 1"},
		"type:diff TODO":  {"counted 1", "counted 0", "counted 1"},
		"type:diff select:commit.diff.added TODO":  {"counted 1", "counted 0", "counted 0"},
		"type:commit repohasfile:a.go select:repo": {"counted 1", "counted 0", "counted 1"},
		"type:commit -repohasfile:a.go":            {"counted 0", "counted 0", "counted 0"},
	} {
		series := b.series(query)
		begun := b.begin(series)
		require.Equal(t, insights.Completeness{Planned: 6, Pending: 4, Absent: 2}, begun.Tally, "nothing is reused")
		_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
		require.NoError(t, err)
		require.Equal(t, want, b.outcomes(series)["active"], query)

		alone := b.series(query, func(s *insights.Series) { s.Grid.Zone = "UTC" }) // another series
		begun = b.begin(alone)
		for _, id := range []int64{1, 2} {
			one := activities.Range{SeriesID: alone.ID, Plan: begun.Plan, From: id, Through: id}
			pending, err := call[activities.PendingResult](b, b.plans.Pending, one)
			require.NoError(t, err)
			require.Len(t, pending.Times, map[int64]int{1: 3, 2: 1}[id], "each frame by itself")
			for _, at := range pending.Times {
				one.At = &at
				tally, err := call[insights.Completeness](b, b.search.Samples, one)
				require.NoError(t, err)
				require.Equal(t, insights.Completeness{Planned: 1, Counted: 1}, tally)
			}
		}
		require.Equal(t, b.outcomes(series), b.outcomes(alone), query)
	}
}

// A recording at a commit that was counted before counts what has happened since: nothing.
func TestRecordingOfCommitsIsNotReused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("active", active(t))
	series := b.series("type:commit", func(s *insights.Series) { s.Grid.Anchor = grid.Time(-1); s.Grid.Points = 1 })
	b.backfill(series)
	require.Equal(t, []string{"counted 0"}, b.outcomes(series)["active"])
	begun, err := call[activities.BeginResult](b, b.plans.Begin, activities.BeginInput{SeriesID: series.ID, Kind: insights.RecordingPlan, Times: []time.Time{series.Grid.Time(1)}})
	require.NoError(t, err)
	_, err = call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"counted 2", "counted 0"}, b.outcomes(series)["active"])
}

// If one frame is given up, the other frames at its commit are not.
func TestFrameOfCommitsFailsAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.local("active", active(t))
	series := b.series("type:commit")
	begun := b.begin(series)
	in := everything(series, begun.Plan)
	at := grid.Time(-1)
	in.At = &at
	_, err := call[insights.Completeness](b, b.points.Fail, activities.FailInput{Range: in, Code: "given up", Reason: "a test"})
	require.NoError(t, err)
	require.Equal(t, []string{"pending 0", "failed: given up", "pending 0"}, b.outcomes(series)["active"])
}

// If a commit is missing, the sample whose interval begins before that commit is partial, and older
// samples fail; the reason names the commit. If a file is missing, samples are partial, and the
// reason names its path.
func TestCommitsOfDamagedRepositories(t *testing.T) {
	t.Parallel()
	b := setup(t)
	chain, file := active(t), active(t)
	b.local("chain", chain)
	b.local("file", file)
	series := b.series("type:diff TODO")
	begun := b.begin(series)
	chain.Unpack(t)
	broken := chain.ObjectAt(t, "main~2")
	chain.RemoveObject(t, broken)
	file.Unpack(t)
	file.RemoveObject(t, file.ObjectAt(t, "main~3:a.go"))
	_, err := call[insights.Completeness](b, b.search.Samples, everything(series, begun.Plan))
	require.NoError(t, err)
	require.Equal(t, []string{"partial 0: missing object", "failed: unreadable repository", "failed: unreadable repository"}, b.outcomes(series)["chain"])
	require.Equal(t, []string{"counted 1", "counted 0", "partial 0: missing object"}, b.outcomes(series)["file"])
	for _, s := range b.samples(series) {
		switch {
		case s.Outcome.Exact():
		case s.Repository == "chain":
			require.Contains(t, s.Reason, broken)
		default:
			require.Contains(t, s.Reason, `"a.go"`)
		}
	}
}
