package workflows_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows"
	"github.com/backsight/backsight/workflows/contract"
)

// TestRecordReplayFixtures writes the histories that replay_test.go replays. Run it on the commit that is released, for
// scenarios that have no file yet:
//
//	BACKSIGHT_RECORD_REPLAY=1 go test ./workflows -run TestRecordReplayFixtures
//
// A file that is there is left alone.
func TestRecordReplayFixtures(t *testing.T) {
	if os.Getenv("BACKSIGHT_RECORD_REPLAY") == "" {
		t.Skip("records only on request: BACKSIGHT_RECORD_REPLAY=1")
	}
	for name, scenario := range map[string]func(t *testing.T, record recorder){
		"series":     recordSeries,
		"paused":     recordPaused,
		"problem":    recordProblem,
		"moved":      recordMoved,
		"breaker":    recordBreaker,
		"shards":     recordShards,
		"cancelled":  recordCancelled,
		"past":       recordPast,
		"repository": recordRepository,
		"frame":      recordFrame,
		"sync":       recordSync,
		"parts":      recordParts,
		"time":       recordTime,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(t, func(name string, history *historypb.History) { writeFixture(t, name, history) })
		})
	}
}

type recorder func(name string, history *historypb.History)

func writeFixture(t *testing.T, name string, history *historypb.History) {
	t.Helper()
	file := filepath.Join(fixtures, name+".json")
	if _, err := os.Stat(file); err == nil {
		t.Logf("%s is there and stays", file)
		return
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(history)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(fixtures, 0o755))
	require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o644))
}

// recordSeries: two missed recordings, three pages of a backfill, sleep.
func recordSeries(t *testing.T, record recorder) {
	s := newServer(t, newLedger(10))
	series := storedSeries("recorded", 49*time.Hour)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	runs := s.settled(series)
	require.Len(t, runs, 7, "three pages of a recording, three of a backfill, and one that sleeps")
	record("series-recording", runs[0])
	record("series-recording-last-page", runs[2])
	record("series-backfill", runs[3])
	record("series-backfill-last-page", runs[5])
	record("series-sleeping", runs[6])
}

// recordPaused: a pause by signal in the middle of a page, a resume by update.
func recordPaused(t *testing.T, record recorder) {
	ledger := newLedger(4)
	var slow atomic.Bool
	slow.Store(true)
	ledger.before = func(ctx context.Context, in activities.Range) error {
		if in.From == 3 && slow.Load() {
			return untilCancelled(ctx, in)
		}
		return nil
	}
	s := newServer(t, ledger)
	series := storedSeries("recorded", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.until(series.ID, func(status contract.Status) bool { return status.InFlight == 1 && status.Completeness.Counted == 6 })
	id := contract.SeriesID(series.ID)
	require.NoError(t, s.client.SignalWorkflow(t.Context(), id, "", contract.Pause, contract.Command{By: "ann", Reason: "lunch"}))
	s.until(series.ID, func(status contract.Status) bool { return status.State == contract.Paused })
	slow.Store(false)
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Resume, contract.Command{})
	require.NoError(t, err)
	record("series-paused", s.settled(series)[0])
}

// recordMoved: a series is put to the front in the middle of a page, which is begun anew.
func recordMoved(t *testing.T, record recorder) {
	ledger := newLedger(4)
	var slow atomic.Bool
	slow.Store(true)
	ledger.before = func(ctx context.Context, in activities.Range) error {
		if slow.Load() {
			return untilCancelled(ctx, in)
		}
		return nil
	}
	s := newServer(t, ledger)
	series := storedSeries("recorded", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.until(series.ID, func(status contract.Status) bool { return status.InFlight == 2 })
	slow.Store(false)
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Front, contract.Command{By: "ann"})
	require.NoError(t, err)
	record("series-moved", s.settled(series)[0])
}

// recordBreaker: a series whose every search fails stops itself, and a retry lifts that.
func recordBreaker(t *testing.T, record recorder) {
	ledger := newLedger(40)
	ledger.perPage, ledger.perBatch, ledger.window = 40, 2, 4
	var mended atomic.Bool
	ledger.broken = func(int64) bool { return !mended.Load() }
	s := newServer(t, ledger)
	series := storedSeries("recorded", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.until(series.ID, func(status contract.Status) bool { return status.State == contract.Paused && status.Paused.Breaker })
	mended.Store(true)
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Retry, contract.Command{})
	require.NoError(t, err)
	record("series-breaker", s.settled(series)[0])
}

// recordShards: batches whose searches go to several queues.
func recordShards(t *testing.T, record recorder) {
	ledger := newLedger(40)
	ledger.perPage, ledger.perBatch, ledger.shards = 40, 8, 4
	s := newServer(t, ledger)
	for shard := 1; shard < ledger.shards; shard++ {
		s.serve(contract.SearchQueueOf(shard))
	}
	series := storedSeries("recorded", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	record("series-shards", s.settled(series)[0])
	child := contract.RepositoryID(series.ID, 1, 1, 8)
	record("repository-shard", s.histories(child, s.firstRun(child))[0])
}

// recordProblem: a plan that is refused, resumed, and refused again.
func recordProblem(t *testing.T, record recorder) {
	ledger := newLedger(2)
	ledger.refusal = failure(insights.Invalid, "query: unknown field")
	s := newServer(t, ledger)
	series := storedSeries("recorded", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.settled(series)
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Resume, contract.Command{})
	require.NoError(t, err)
	id := contract.SeriesID(series.ID)
	var runs []*historypb.History
	require.Eventually(t, func() bool {
		runs = s.histories(id, s.firstRun(id))
		return len(runs) == 3
	}, patience, 100*time.Millisecond)
	record("series-problem", runs[0])
	record("series-problem-resumed", runs[1])
}

// recordCancelled: a deleted series with a child in flight. (series-cancelled.json is of a version in which the message cancel
// ended the series; it stays, for such histories may still run.)
func recordCancelled(t *testing.T, record recorder) {
	ledger := newLedger(2)
	ledger.before = untilCancelled
	s := newServer(t, ledger)
	deleted := storedSeries("deleted", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), deleted, "title"))
	s.until(deleted.ID, func(status contract.Status) bool { return status.InFlight == 1 })
	require.NoError(t, s.workflows.StopSeries(t.Context(), deleted.ID))
	require.ErrorContains(t, s.client.GetWorkflow(t.Context(), contract.SeriesID(deleted.ID), "").Get(t.Context(), nil), "canceled")
	record("series-deleted", s.histories(contract.SeriesID(deleted.ID), s.firstRun(contract.SeriesID(deleted.ID)))[0])
	child := contract.RepositoryID(deleted.ID, 1, 1, 2)
	record("repository-interrupted", s.histories(child, s.firstRun(child))[0])
}

// recordPast: a backfill that is cancelled in the middle of a page, a retry of what that failed, an extension, and a retry of all
// that is cancelled while it is worked on.
func recordPast(t *testing.T, record recorder) {
	ledger := newLedger(4)
	var slow atomic.Bool
	slow.Store(true)
	ledger.before = func(ctx context.Context, in activities.Range) error {
		if in.From == 3 && slow.Load() {
			return untilCancelled(ctx, in)
		}
		return nil
	}
	s := newServer(t, ledger)
	series := storedSeries("recorded", 0)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	s.until(series.ID, func(status contract.Status) bool { return status.InFlight == 1 && status.Completeness.Counted == 6 })
	id := contract.SeriesID(series.ID)
	require.NoError(t, s.client.SignalWorkflow(t.Context(), id, "", contract.Cancel, contract.Command{By: "ann", Reason: "too large"}))
	runs := s.settled(series)
	require.Equal(t, insights.Completeness{Planned: 12, Counted: 6, Failed: 6}, ledger.now())
	record("series-backfill-cancelled", runs[0])

	slow.Store(false)
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Retry, contract.Command{})
	require.NoError(t, err)
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Extend, contract.Command{Points: 5})
	require.NoError(t, err)
	s.until(series.ID, func(status contract.Status) bool { return status.Completeness.Counted == 20 })
	again := s.settled(series)
	require.Equal(t, insights.Completeness{Planned: 20, Counted: 20}, ledger.now())
	record("series-retry", again[len(runs)-1])
	record("series-extension", again[len(runs)])

	slow.Store(true)
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Retry, contract.Command{All: true})
	require.NoError(t, err)
	s.until(series.ID, func(status contract.Status) bool {
		return status.Kind == "retry" && status.InFlight == 1 && status.Completeness.Counted == 10
	})
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Cancel, contract.Command{By: "bob"})
	require.NoError(t, err)
	last := s.settled(series)
	require.Equal(t, insights.Completeness{Planned: 20, Counted: 20}, ledger.now())
	record("series-retry-cancelled", last[len(again)-1])
}

// recordRepository: a batch, a batch in trouble down to the frame that fails, and a wait for infrastructure.
func recordRepository(t *testing.T, record recorder) {
	ledger := newLedger(6)
	var away atomic.Int32
	ledger.trouble = func(in activities.Range, _ int32) error {
		switch {
		case in.From == 5 && away.Add(1) <= 3:
			return passing("the database does not answer")
		case in.From <= 4 && in.Through >= 4 && in.At == nil, in.From == 4 && in.At.Equal(anchor):
			return errTrouble
		}
		return nil
	}
	_, err := ledger.Begin(t.Context(), activities.BeginInput{Times: monthly(3).Frames()})
	require.NoError(t, err)
	s := newServer(t, ledger)
	input := func(from, through int64) workflows.RepositoryInput {
		return workflows.RepositoryInput{SeriesID: "s", Generation: 1, From: from, Through: through, Label: "acme/a and 1 more"}
	}
	for name, in := range map[string]workflows.RepositoryInput{
		"repository-batch": input(1, 2), "repository-unfolded": input(3, 4), "repository-waited": input(5, 6),
	} {
		id := contract.RepositoryID("s", 1, in.From, in.Through)
		run, err := s.run(id, contract.RepositoryWorkflowName, in)
		require.NoError(t, err)
		record(name, s.histories(id, run.GetRunID())[0])
	}
	child := contract.RepositoryID("s", 1, 4, 4)
	record("repository-frames", s.histories(child, s.firstRun(child))[0])
	frame := contract.FrameID(workflows.FrameInput{SeriesID: "s", Generation: 1, RepositoryID: 4, Time: anchor})
	record("frame-failed", s.histories(frame, s.firstRun(frame))[0])
	require.Equal(t, insights.Completeness{Planned: 18, Counted: 17, Failed: 1}, ledger.now())
}

// recordFrame: one that is counted, and one that is cancelled.
func recordFrame(t *testing.T, record recorder) {
	ledger := newLedger(2)
	ledger.before = func(ctx context.Context, in activities.Range) error {
		if in.From == 2 {
			return untilCancelled(ctx, in)
		}
		return nil
	}
	_, err := ledger.Begin(t.Context(), activities.BeginInput{Times: monthly(3).Frames()})
	require.NoError(t, err)
	s := newServer(t, ledger)
	in := workflows.FrameInput{SeriesID: "s", Generation: 1, RepositoryID: 1, Time: anchor}
	run, err := s.run(contract.FrameID(in), contract.FrameWorkflowName, in)
	require.NoError(t, err)
	record("frame-counted", s.histories(contract.FrameID(in), run.GetRunID())[0])

	in.RepositoryID = 2
	run, err = s.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: contract.FrameID(in), TaskQueue: contract.Queue}, contract.FrameWorkflowName, in)
	require.NoError(t, err)
	require.NoError(t, s.client.CancelWorkflow(t.Context(), run.GetID(), run.GetRunID()))
	require.NoError(t, run.Get(t.Context(), nil))
	record("frame-interrupted", s.histories(run.GetID(), run.GetRunID())[0])
}

func recordSync(t *testing.T, record recorder) {
	s := newServer(t, newLedger(1))
	run, err := s.run("sync", contract.SyncWorkflowName, contract.SyncInput{})
	require.NoError(t, err)
	record("sync-one-broken", s.histories("sync", run.GetRunID())[0])

	ledger := newLedger(1)
	ledger.together = [][]int64{{4, 5}, {6}}
	s = newServer(t, ledger)
	run, err = s.run("sync", contract.SyncWorkflowName, contract.SyncInput{})
	require.NoError(t, err)
	record("sync-together", s.histories("sync", run.GetRunID())[0])

	// By shard: of all, and of one repository.
	ledger = newLedger(1)
	ledger.shards, ledger.together = 4, [][]int64{{16, 17}, {40, 41}}
	s = newServer(t, ledger)
	for shard := 1; shard < ledger.shards; shard++ {
		s.serve(contract.SyncQueueOf(shard))
	}
	for name, in := range map[string]contract.SyncInput{"sync-shards": {}, "sync-repository": {RepositoryID: 40}} {
		run, err = s.run(name, contract.SyncWorkflowName, in)
		require.NoError(t, err)
		record(name, s.histories(name, run.GetRunID())[0])
	}
}

// recordParts: a plan whose first part is searched before the rest is written.
func recordParts(t *testing.T, record recorder) {
	ledger := newLedger(5)
	ledger.firstPart = 3
	s := newServer(t, ledger)
	series := storedSeries("in-parts", time.Minute)
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	runs := s.settled(series)
	record("series-first-part", runs[0])
	record("series-rest", runs[1])
}

// recordTime: a snapshot of two pages, one that the schedule's workflow asks for, a repository that joins when somebody triggers, and
// a retention.
func recordTime(t *testing.T, record recorder) {
	ledger := newLedger(5)
	ledger.series = []string{"recorded", "ended"}
	ledger.archive, ledger.prune = []int64{1, 1}, map[string]int{"series": 1, "repositories": 1}
	s := newServer(t, ledger)
	series := storedSeries("recorded", time.Minute)
	series.Grid.Interval = insights.Interval{Unit: insights.Week, Value: 1}
	require.NoError(t, s.workflows.StartSeries(t.Context(), series, "title"))
	before := s.settled(series)
	_, err := s.workflows.Send(t.Context(), series.ID, contract.Snapshot, contract.Command{By: "ann"})
	require.NoError(t, err)
	s.until(series.ID, func(status contract.Status) bool { return status.Snapshot == nil })
	runs := s.settled(series)
	require.Equal(t, len(before)+2, len(runs), "a run for each page of the snapshot")
	record("series-snapshot", runs[len(before)-1])
	record("series-snapshot-last-page", runs[len(before)])

	run, err := s.run("snapshots", contract.SnapshotsWorkflowName, contract.SnapshotsInput{})
	require.NoError(t, err)
	chain := s.histories("snapshots", run.GetRunID())
	record("snapshots-page", s.histories("snapshots", s.firstRun("snapshots"))[0])
	record("snapshots-one-ended", chain[len(chain)-1])
	s.until(series.ID, func(status contract.Status) bool {
		return status.State == contract.Sleeping && status.Snapshot == nil
	})

	before = s.settled(series)
	ledger.mu.Lock()
	ledger.repositories++
	ledger.mu.Unlock()
	_, err = s.workflows.Send(t.Context(), series.ID, contract.Trigger, contract.Command{By: "ann"})
	require.NoError(t, err)
	s.until(series.ID, func(status contract.Status) bool { return status.Completeness.Counted == 18 })
	runs = s.settled(series)
	record("series-joining", runs[len(before)-1])

	run, err = s.run("retention", contract.RetentionWorkflowName, contract.RetentionInput{})
	require.NoError(t, err)
	record("retention-all", s.histories("retention", run.GetRunID())[0])
}
