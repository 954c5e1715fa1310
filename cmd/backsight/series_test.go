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
		"  next      recording at 2026-02-01T00:00:00Z",
		"  temporal  http://127.0.0.1:8233/x",
	}, stdout)
}

func TestSeriesStatusNamesARefusedSignal(t *testing.T) {
	t.Parallel()
	for by, of := range map[string]string{`null`: "", `"ann"`: " of ann"} {
		a := serve(t, scripted{"insightViews", viewWith(seriesWith(`"workflow":{"state":"SLEEPING","refused":{"signal":"extend","by":` + by + `,"reason":"too short","at":"2026-01-02T00:00:00Z"}}`))})
		_, stdout, _ := a.run("series", "status", "S1")
		require.Contains(t, stdout, "  refused   the signal extend"+of+" at 2026-01-02T00:00:00Z: too short\n")
	}
}

func TestSeriesStatusWithoutWorker(t *testing.T) {
	t.Parallel()
	a := serve(t, scripted{"insightViews", viewWith(seriesWith(silentWorkflow))})
	status, stdout, stderr := a.run("series", "status", "S1", "--json")
	require.Equal(t, exitFailed, status)
	require.Empty(t, stdout, "it must not print the completeness of the ledger as that of the workflow")
	require.Contains(t, stderr, "check that a worker is running")
	status, stdout, _ = a.run("series", "status", "S1")
	require.Equal(t, exitDone, status)
	require.Contains(t, stdout, "the workflow does not answer")
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

// Each command sends one mutation, with the values of its flags.
func TestSeriesCommandsSendMutations(t *testing.T) {
	t.Parallel()
	running := seriesWith(`"workflow":{"state":"RUNNING","inFlight":0,"kind":"RETRY","waitingPlans":1,"queuePosition":"FRONT","completeness":{"planned":4,"counted":1,"reused":0,"absent":1,"partial":0,"failed":0,"pending":2}}`)
	for _, test := range []struct {
		args      []string
		mutation  string
		variables string
	}{
		{[]string{"cancel", "V1", "--reason", "too large"}, "cancelInsightSeriesBackfill", `"reason":"too large"`},
		{[]string{"retry", "V1"}, "retryInsightSeriesBackfill", `"all":false`},
		{[]string{"retry", "V1", "--all"}, "retryInsightSeriesBackfill", `"all":true`},
		{[]string{"extend", "V1", "--points", "24"}, "extendInsightSeries", `"points":24`},
		{[]string{"retry", "V1", "--repo", "^acme/", "--at", "2026-01-31T13:00:00+01:00"}, "retryInsightSamples", `"filter":{"time":"2026-01-31T12:00:00Z","repository":"^acme/"}`},
		{[]string{"retry", "V1", "--outcome", "partial"}, "retryInsightSamples", `"filter":{"outcomes":["PARTIAL"]}`},
		{[]string{"retry", "V1", "--all", "--repo", "api"}, "retryInsightSamples", `"filter":{"outcomes":["COUNTED","REUSED","ABSENT","PARTIAL","FAILED"],"repository":"api"}`},
		{[]string{"front", "V1"}, "moveInsightSeriesBackfillToFrontOfQueue", `"id":"S1"`},
		{[]string{"back", "V1"}, "moveInsightSeriesBackfillToBackOfQueue", `"id":"S1"`},
		{[]string{"trigger", "V1"}, "triggerInsightSeries", `"id":"S1"`},
	} {
		a := serve(t, scripted{"insightViews", viewWith(waitingSeries)}, scripted{test.mutation, `{"data":{"series":` + running + `}}`})
		status, stdout, stderr := a.run(append([]string{"series"}, test.args...)...)
		require.Equal(t, exitDone, status, "%v: %s", test.args, stderr)
		requireLines(t, []string{"S1  running  todo"}, stdout)
		require.Contains(t, a.asked[1].Query, test.mutation)
		require.Contains(t, string(a.asked[1].Variables), test.variables)
		require.Contains(t, string(a.asked[1].Variables), `"id":"S1"`)

		a = serve(t, scripted{"insightViews", viewWith(waitingSeries)}, scripted{test.mutation, `{"data":{"series":` + running + `}}`})
		_, stdout, _ = a.run(append(append([]string{"series"}, test.args...), "--json")...)
		requireLines(t, []string{`{"series":"S1","state":"running"}`}, stdout)
	}
	a := serve(t, scripted{"insightViews", viewWith(running)})
	_, stdout, _ := a.run("series", "status", "S1")
	require.Contains(t, stdout, "  state     running, retry, 1 plan waiting, at the front of the queue\n")

	for _, args := range [][]string{{"--outcome", "pending"}, {"--all", "--outcome", "failed"}} {
		status, _, stderr := runCLI(t, append([]string{"series", "retry", "V1"}, args...)...)
		require.Equal(t, exitUsage, status, "%v: %s", args, stderr)
		require.Contains(t, stderr, "--outcome")
	}
	status, _, stderr := runCLI(t, "series", "extend", "V1")
	require.Equal(t, exitUsage, status)
	require.Contains(t, stderr, "--points")
	idle := seriesWith(`"workflow":{"state":"SLEEPING","kind":null,"waitingPlans":0}`)
	a = serve(t, scripted{"insightViews", viewWith(waitingSeries)}, scripted{"extendInsightSeries", `{"data":{"series":` + idle + `}}`})
	status, stdout, stderr = a.run("series", "extend", "V1", "--points", "12")
	require.Equal(t, exitDone, status)
	requireLines(t, []string{"S1  sleeping  todo"}, stdout)
	requireLines(t, []string{"series S1 already has 12 points: nothing has changed"}, stderr)
	a = serve(t, scripted{"insightViews", viewWith(waitingSeries)}, scripted{"extendInsightSeries", `{"data":null,"errors":[{"message":"extend to 2 points: the series has 12, and does not get shorter","extensions":{"code":"invalid"}}]}`})
	status, _, stderr = a.run("series", "extend", "V1", "--points", "2")
	require.NotEqual(t, exitDone, status)
	require.Contains(t, stderr, "does not get shorter")
}
