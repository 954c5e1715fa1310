package workflows_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows"
	"github.com/backsight/backsight/workflows/contract"
)

// TestRecordReplayFixtures writes the histories that replay_test.go replays. Run it on the commit
// that is released, for scenarios that have no file yet:
//
//	BACKSIGHT_RECORD_REPLAY=1 go test ./workflows -run TestRecordReplayFixtures
//
// It does not change a file that exists.
func TestRecordReplayFixtures(t *testing.T) {
	if os.Getenv("BACKSIGHT_RECORD_REPLAY") == "" {
		t.Skip("records only on request: BACKSIGHT_RECORD_REPLAY=1")
	}
	for name, scenario := range map[string]func(t *testing.T){
		"backfill":   recordBackfill,
		"commands":   recordCommands,
		"cancelled":  recordCancelled,
		"breaker":    recordBreaker,
		"repository": recordRepository,
		"schedules":  recordSchedules,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(t)
		})
	}
}

// noise are fields that a replay ignores and a reader does not need.
var noise = regexp.MustCompile(`"(taskId|requestId|identity|namespaceId|historySizeBytes|searchAttributesRevision)":"[^"]*",?|"(workerVersion|meteringMetadata)":\{[^{}]*\},?|"name":"[^"]*",("kind":"TASK_QUEUE_KIND_STICKY")`)

// record writes a history with one event on each line and readable payloads, unless the file
// exists.
func record(t *testing.T, name string, history *historypb.History) {
	t.Helper()
	file := filepath.Join(fixtures, name+".json")
	if _, err := os.Stat(file); err == nil {
		t.Logf("%s exists and stays", file)
		return
	}
	var lines []string
	for _, event := range history.Events {
		line, err := temporalproto.CustomJSONMarshalOptions{Metadata: readable}.Marshal(event)
		require.NoError(t, err)
		lines = append(lines, strings.ReplaceAll(noise.ReplaceAllString(string(line), "$3"), ",}", "}"))
	}
	require.NoError(t, os.MkdirAll(fixtures, 0o755))
	require.NoError(t, os.WriteFile(file, []byte("{\"events\":[\n"+strings.Join(lines, ",\n")+"\n]}\n"), 0o644))
}

// recordedSeries starts a series with two weekly points on the ledger. The anchor of its grid is
// the duration `ago` before now.
func recordedSeries(t *testing.T, ledger *fakeLedger, ago time.Duration) (*server, insights.Series) {
	t.Helper()
	s := newServer(t, ledger)
	series := storedSeries("recorded", ago)
	series.Grid.Points = 2
	series.Grid.Interval = insights.Interval{Unit: insights.Week, Value: 1}
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	return s, series
}

func (s *server) send(series insights.Series, message string, command contract.Command) {
	s.t.Helper()
	_, err := s.workflows.Send(s.t.Context(), series.ID, message, command)
	require.NoError(s.t, err)
}

// recordBackfill: a missed recording, then a backfill of two pages, then sleep.
func recordBackfill(t *testing.T) {
	ledger := newLedger(2)
	ledger.perPage, ledger.perBatch = 1, 1
	s, series := recordedSeries(t, ledger, 8*24*time.Hour)
	runs := s.settled(series)
	require.Len(t, runs, 5, "two pages of a recording, two of a backfill, and a run that sleeps")
	record(t, "series-recording", runs[1])
	record(t, "series-backfill-first-page", runs[2])
	record(t, "series-backfill-last-page", runs[3])
}

// recordCommands: a series does what operators request, one command after the other.
func recordCommands(t *testing.T) {
	ledger := newLedger(1)
	s, series := recordedSeries(t, ledger, time.Minute)
	for _, step := range []struct {
		name, message string
		command       contract.Command
		kind          insights.PlanKind
	}{
		{"series-snapshot", contract.Snapshot, contract.Command{By: "ann"}, insights.SnapshotPlan},
		{"series-retry", contract.Retry, contract.Command{All: true}, insights.RetryPlan},
		{"series-extension", contract.Extend, contract.Command{Points: 3}, insights.ExtensionPlan},
		{"series-catch-up", contract.Trigger, contract.Command{}, insights.CatchUpPlan},
	} {
		if step.kind == insights.CatchUpPlan {
			ledger.mu.Lock()
			ledger.repositories = 2
			ledger.mu.Unlock()
		}
		before := s.settled(series)
		s.send(series, step.message, step.command)
		var runs []*historypb.History
		require.Eventually(t, func() bool {
			runs = s.settled(series)
			return len(runs) > len(before)
		}, patience, 100*time.Millisecond)
		require.Equal(t, step.kind, ledger.kinds[len(ledger.kinds)-1])
		record(t, step.name, runs[len(before)-1])
	}
}

// recordCancelled: in the middle of a page a series is moved to the front, paused by signal and
// resumed by update, and then the backfill is cancelled.
func recordCancelled(t *testing.T) {
	ledger := newLedger(2)
	ledger.perBatch = 1
	var slow atomic.Bool
	slow.Store(true)
	ledger.before = func(ctx context.Context, in activities.Range) error {
		if in.From == 2 && slow.Load() {
			return untilCancelled(ctx, in)
		}
		return nil
	}
	s, series := recordedSeries(t, ledger, time.Minute)
	midPage := func(status contract.Status) bool {
		return status.InFlight == 1 && status.Completeness.Counted == 2
	}
	s.until(series.ID, midPage)
	s.send(series, contract.Front, contract.Command{})
	s.until(series.ID, midPage)
	id := contract.SeriesID(series.ID)
	require.NoError(t, s.client.SignalWorkflow(t.Context(), id, "", contract.Pause, contract.Command{By: "ann", Reason: "lunch"}))
	s.until(series.ID, func(status contract.Status) bool { return status.State == contract.Paused })
	s.send(series, contract.Resume, contract.Command{})
	s.until(series.ID, midPage)
	s.send(series, contract.Cancel, contract.Command{By: "ann", Reason: "too large"})
	runs := s.settled(series)
	require.Equal(t, insights.Completeness{Planned: 4, Counted: 2, Failed: 2}, ledger.now())
	record(t, "series-paused-and-cancelled", runs[0])
}

// recordBreaker: all searches of a series fail, it pauses itself, and a retry lifts the pause.
func recordBreaker(t *testing.T) {
	ledger := newLedger(60)
	ledger.perPage, ledger.perBatch, ledger.window = 60, 30, 1
	var repaired atomic.Bool
	ledger.broken = func(int64) bool { return !repaired.Load() }
	s, series := recordedSeries(t, ledger, time.Minute)
	s.until(series.ID, func(status contract.Status) bool { return status.State == contract.Paused && status.Paused.Breaker })
	repaired.Store(true)
	s.send(series, contract.Retry, contract.Command{})
	record(t, "series-breaker", s.settled(series)[0])
}

// recordRepository: a batch that unfolds into repositories after infrastructure was unavailable;
// one repository unfolds into frames, one of which fails.
func recordRepository(t *testing.T) {
	ledger := newLedger(2)
	var away atomic.Bool
	away.Store(true)
	ledger.fault = func(in activities.Range, _ int32) error {
		switch {
		case away.Swap(false):
			return passing("the database does not answer")
		case in.From <= 2 && in.Through == 2 && in.At == nil, in.From == 2 && in.At.Equal(anchor):
			return errCrashed
		}
		return nil
	}
	_, err := ledger.Begin(t.Context(), activities.BeginInput{Kind: insights.BackfillPlan, Times: monthly(2).Frames()})
	require.NoError(t, err)
	s := newServer(t, ledger)
	id := contract.RepositoryID("s", 1, 1, 2)
	run, err := s.run(id, contract.RepositoryWorkflowName, workflows.RepositoryInput{SeriesID: "s", Plan: 1, From: 1, Through: 2, Label: "acme/a and 1 more"})
	require.NoError(t, err)
	record(t, "repository-unfolded", s.histories(id, run.GetRunID())[0])
	child := contract.RepositoryID("s", 1, 2, 2)
	record(t, "repository-frames", s.histories(child, s.firstRun(child))[0])
	frame := contract.FrameID("s", 1, 2, anchor)
	record(t, "frame-failed", s.histories(frame, s.firstRun(frame))[0])
	require.Equal(t, insights.Completeness{Planned: 4, Counted: 3, Failed: 1}, ledger.now())
}

// recordSchedules: what the schedules start: a sync by shard, a request for a snapshot to a series
// that has ended, and a retention.
func recordSchedules(t *testing.T) {
	ledger := newLedger(1)
	ledger.shards, ledger.together = 2, [][]int64{{16, 17}}
	ledger.series = []string{"ended"}
	ledger.archive, ledger.prune = []int64{1}, map[string]int{"series": 1, "repositories": 1}
	s := newServer(t, ledger)
	s.serve(contract.SyncQueueOf(1))
	for name, one := range map[string]struct {
		workflow string
		in       any
	}{
		"sync-page":       {contract.SyncWorkflowName, contract.SyncInput{}},
		"snapshots-ended": {contract.SnapshotsWorkflowName, contract.SnapshotsInput{}},
		"retention":       {contract.RetentionWorkflowName, contract.RetentionInput{}},
	} {
		run, err := s.run(name, one.workflow, one.in)
		require.NoError(t, err)
		record(t, name, s.histories(name, run.GetRunID())[0])
	}
}
