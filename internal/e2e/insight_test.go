package e2e

import (
	"bufio"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tally is the completeness of a series, in the form that the API and the command line use.
type tally struct {
	Planned, Counted, Reused, Absent, Partial, Failed, Pending int64
}

func (c tally) requireConsistent(t *testing.T) {
	t.Helper()
	require.Equal(t, c.Planned, c.Counted+c.Reused+c.Absent+c.Partial+c.Failed+c.Pending, "%+v", c)
	for _, n := range []int64{c.Counted, c.Reused, c.Absent, c.Partial, c.Failed, c.Pending} {
		require.GreaterOrEqual(t, n, int64(0), "%+v", c)
	}
}

// sample is a line of the output of `backsight insight points ID --by-repo --json`.
type sample struct {
	Series, Label, Repository, Commit, Outcome, Reason string
	Time                                               time.Time
	Value                                              *float64
}

// point is a line of the output of `backsight insight points ID --json`.
type point struct {
	Series, Label string
	Time          time.Time
	Value         float64
	Coverage      struct{ Known, Planned int64 }
	Outcomes      tally
}

func decodeLines[T any](t *testing.T, text string) []T {
	t.Helper()
	var all []T
	for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
		var v T
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &v), scanner.Text())
		all = append(all, v)
	}
	return all
}

// insight is the output of `backsight insight create --json`.
type insight struct {
	ID     string
	Series []string
}

func (s *stack) create(t *testing.T, args ...string) (insight, int) {
	t.Helper()
	out, exit := s.run(t, append([]string{"insight", "create", "--json"}, args...)...)
	var created insight
	require.NoError(t, json.Unmarshal([]byte(out), &created), out)
	return created, exit
}

func (s *stack) samples(t *testing.T, view string) []sample {
	t.Helper()
	out, exit := s.run(t, "insight", "points", view, "--by-repo", "--json")
	require.Zero(t, exit)
	return decodeLines[sample](t, out)
}

func (s *stack) points(t *testing.T, view string) []point {
	t.Helper()
	out, exit := s.run(t, "insight", "points", view, "--json")
	require.Zero(t, exit)
	return decodeLines[point](t, out)
}

// completeness returns the tally in the ledger and, if a worker answers, the one that the workflow
// reports.
func (s *stack) completeness(view string) (ledger tally, workflow *tally, err error) {
	const fields = `planned counted reused absent partial failed pending`
	var answer struct {
		InsightViews struct {
			Nodes []struct {
				DataSeries []struct {
					Completeness tally
					Workflow     *struct{ Completeness tally }
				}
			}
		}
	}
	err = s.graphql(`query($id: ID!) { insightViews(id: $id) { nodes { dataSeries { completeness {`+fields+`} workflow { completeness {`+fields+`} } } } } }`,
		map[string]any{"id": view}, &answer)
	if err != nil {
		return tally{}, nil, err
	}
	series := answer.InsightViews.Nodes[0].DataSeries[0]
	if series.Workflow != nil {
		workflow = &series.Workflow.Completeness
	}
	return series.Completeness, workflow, nil
}

// requireTruth compares samples with git's counts at their times, except partial samples of the
// repository `damaged`.
func requireTruth(t *testing.T, root string, samples []sample, damaged string) {
	t.Helper()
	for _, got := range samples {
		dir := filepath.Join(root, got.Repository)
		if got.Repository == damaged && got.Outcome == "partial" {
			continue
		}
		commit, count := truth(t, dir, got.Time)
		require.Equal(t, commit, got.Commit, "%s at %s", got.Repository, got.Time)
		require.NotNil(t, got.Value, "%+v", got)
		require.InDelta(t, count, *got.Value, 0, "%s at %s, commit %s", got.Repository, got.Time, commit)
		if commit == "" {
			require.Equal(t, "absent", got.Outcome)
		} else {
			require.Contains(t, []string{"counted", "reused"}, got.Outcome)
		}
	}
}
