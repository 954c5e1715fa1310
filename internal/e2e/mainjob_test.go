package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMainJob does what a new user does: start Backsight on a folder of repositories, create one
// insight, wait, and read the result. One of the repositories lacks an object.
func TestMainJob(t *testing.T) {
	t.Parallel()
	const points = 12
	root, damaged := os.Getenv("BACKSIGHT_E2E_REPOS"), ""
	if root == "" {
		root, damaged = writeRepositories(t, 12, 40), "acme/damaged.git"
		missingBlobRepository(t, filepath.Join(root, damaged))
	}
	s := newStack(t, root)
	s.start(t)

	created, exit := s.create(t, "--title", "TODOs", "--query", "TODO case:yes", "--every", "1month", "--points", "12", "--wait")
	if damaged != "" {
		require.Equal(t, 1, exit, "some samples are partial")
	}

	byTime := map[string]float64{}
	samples := s.samples(t, created.ID)
	require.NotEmpty(t, samples)
	require.Zero(t, len(samples)%points)
	requireTruth(t, root, samples, damaged)
	var partial int
	for _, sample := range samples {
		byTime[sample.Time.String()] += *sample.Value
		if sample.Outcome == "partial" {
			partial++
			require.Equal(t, damaged, sample.Repository)
		}
	}
	require.Equal(t, damaged != "", partial > 0)

	chart := s.points(t, created.ID)
	require.Len(t, chart, points)
	for i, p := range chart {
		require.InDelta(t, byTime[p.Time.String()], p.Value, 0)
		require.Zero(t, p.Outcomes.Pending)
		require.Equal(t, int64(len(samples)/points), p.Coverage.Planned)
		p.Outcomes.requireConsistent(t)
		if i > 0 {
			require.True(t, p.Time.After(chart[i-1].Time), "the points are in the order of time")
		}
	}

	ledger, workflow, err := s.completeness(created.ID)
	require.NoError(t, err)
	require.NotNil(t, workflow, "the series' workflow answers")
	require.Equal(t, ledger, *workflow)
	require.Equal(t, int64(len(samples)), ledger.Planned)

	// `backsight history`, which needs no service, gives the same numbers.
	whole := samples[slices.IndexFunc(samples, func(s sample) bool { return s.Outcome == "counted" })]
	out, exit := s.run(t, "history", "--query", "TODO case:yes", "--at", whole.Time.Format(time.RFC3339), "--json", filepath.Join(root, whole.Repository))
	require.Zero(t, exit)
	history := decodeLines[sample](t, out)
	require.Len(t, history, 1)
	require.Equal(t, whole.Commit, history[0].Commit)
	require.Equal(t, *whole.Value, *history[0].Value)

	_, exit = s.run(t, "insight", "delete", created.ID)
	require.Zero(t, exit)
	_, exit = s.run(t, "insight", "show", created.ID)
	require.NotZero(t, exit)
}
