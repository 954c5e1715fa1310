package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	pausedWorkflow = `"workflow":{"state":"PAUSED","inFlight":0,"pausedBy":"ann","pausedReason":"slow host","pausedAt":"2026-01-02T00:00:00Z","nextRecordingAt":"2026-02-01T00:00:00Z","problem":null,"temporalUrl":"http://127.0.0.1:8233/x","completeness":{"planned":4,"counted":1,"reused":0,"absent":1,"partial":0,"failed":0,"pending":2}}`
	silentWorkflow = `"workflow":null`
)

func seriesWith(workflow string) string {
	return waitingSeries[:len(waitingSeries)-1] + "," + workflow + "}"
}

func TestSeriesStatus(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"insightViews", viewWith(seriesWith(pausedWorkflow))})
	status, stdout, _ := a.run("series", "status", "S1", "--json")
	require.Equal(t, exitDone, status)
	requireLines(t, []string{`{"planned":4,"counted":1,"reused":0,"absent":1,"partial":0,"failed":0,"pending":2}`}, stdout)
	_, stdout, _ = a.run("series", "status", "S1")
	requireLines(t, []string{
		"todo",
		"  series    S1",
		"  samples   ████████▒▒▒▒▒▒▒···············  50%  2/4  counted 1  absent 1  2/s  1 s left",
		"  state     paused since 2026-01-02T00:00:00Z by ann: slow host",
		"  next      2026-02-01T00:00:00Z",
		"  temporal  http://127.0.0.1:8233/x",
	}, stdout)
}

func TestSeriesStatusWithoutWorker(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"insightViews", viewWith(seriesWith(silentWorkflow))})
	status, stdout, stderr := a.run("series", "status", "S1", "--json")
	require.Equal(t, exitFailed, status)
	require.Empty(t, stdout, "the ledger's tally is not passed off as the workflow's")
	require.Contains(t, stderr, "is a worker running?")
	status, stdout, _ = a.run("series", "status", "S1")
	require.Equal(t, exitDone, status)
	require.Contains(t, stdout, "its workflow does not answer")
}

func TestSeriesPause(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"insightViews", viewWith(waitingSeries)}, scripted{"pauseInsightSeries", `{"data":{"series":` + seriesWith(pausedWorkflow) + `}}`})
	status, stdout, _ := a.run("series", "pause", "V1", "--reason", "slow host")
	require.Equal(t, exitDone, status)
	requireLines(t, []string{"S1  paused  todo"}, stdout)
	require.Contains(t, string(a.asked[1].Variables), `"reason":"slow host"`)
	require.Contains(t, string(a.asked[1].Variables), `"id":"S1"`)
}
