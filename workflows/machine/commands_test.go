package machine

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// Each command in each state: the state that follows, or the error code, which changes nothing.
func TestCommands(t *testing.T) {
	t.Parallel()
	all := map[string]string{ // the states as they are, for commands that change nothing
		"new": "backfill", "working": "backfill 1", "asleep": "", "paused": "paused by bob",
		"stopped by the breaker": "paused by the circuit breaker", "held": "problem", "daily": "", "extending": "extension to 6", "full": "20 wait",
	}
	everywhere := func(want string) map[string]string {
		rows := map[string]string{}
		for state := range states {
			rows[state] = want
		}
		return rows
	}
	but := func(rows, others map[string]string) map[string]string {
		rows = maps.Clone(rows)
		maps.Copy(rows, others)
		return rows
	}
	tested := map[string]bool{}
	for name, c := range map[string]struct {
		message string
		command contract.Command
		want    map[string]string
	}{
		"pause": {contract.Pause, contract.Command{By: "ann"}, but(all, map[string]string{
			"new": "backfill, paused by ann", "working": "backfill 1, paused by ann", "asleep": "paused by ann", "daily": "paused by ann",
			"held": "paused by ann, problem", "extending": "extension to 6, paused by ann", "full": "20 wait, paused by ann",
		})},
		"resume": {contract.Resume, contract.Command{}, but(all, map[string]string{"paused": "", "stopped by the breaker": "", "held": ""})},
		"cancel": {contract.Cancel, contract.Command{By: "ann"}, but(all, map[string]string{
			"new": "backfill cancelled by ann", "working": "backfill 1 cancelled by ann", "extending": "extension to 6 cancelled by ann", "full": "",
		})},
		"retry": {contract.Retry, contract.Command{}, but(everywhere("retry waits"), map[string]string{
			"new": "backfill, retry waits", "working": "backfill 1, retry waits", "paused": "retry waits, paused by bob",
			"extending": "extension to 6, retry waits", "full": "conflict",
		})},
		"retry of one that waits": {contract.Retry, contract.Command{Selection: insights.Selection{Repository: "7"}}, but(everywhere("retry waits"), map[string]string{
			"new": "backfill, retry waits", "working": "backfill 1, retry waits", "paused": "retry waits, paused by bob",
			"extending": "extension to 6, retry waits", "full": "20 wait",
		})},
		"retry of pending samples": {
			contract.Retry, contract.Command{Selection: insights.Selection{Outcomes: []insights.Outcome{insights.Pending}}}, everywhere("invalid"),
		},
		"extend": {contract.Extend, contract.Command{Points: 5}, but(everywhere("extension to 5 waits"), map[string]string{
			"new": "backfill, extension to 5 waits", "working": "backfill 1, extension to 5 waits", "paused": "extension to 5 waits, paused by bob",
			"stopped by the breaker": "extension to 5 waits, paused by the circuit breaker", "extending": "extension to 6", "full": "conflict",
		})},
		"extend to what it has": {contract.Extend, contract.Command{Points: 3}, but(all, map[string]string{"held": "", "full": "conflict"})},
		"extend to less":        {contract.Extend, contract.Command{Points: 2}, everywhere("invalid")},
		"extend too far":        {contract.Extend, contract.Command{Points: insights.MaxPoints + 1}, everywhere("invalid")},
		"front": {contract.Front, contract.Command{}, but(everywhere("conflict"), map[string]string{
			"new": "backfill, front", "working": "backfill 1, front", "extending": "extension to 6, front", "full": "20 wait, front",
		})},
		"back": {contract.Back, contract.Command{}, but(everywhere("conflict"), map[string]string{
			"new": "backfill, back", "working": "backfill 1, back", "extending": "extension to 6, back", "full": "20 wait, back",
		})},
		"trigger": {contract.Trigger, contract.Command{}, but(everywhere("catch-up due"), map[string]string{
			"new": "backfill, catch-up due", "working": "backfill 1, catch-up due", "paused": "paused by bob, catch-up due",
			"stopped by the breaker": "paused by the circuit breaker, catch-up due", "extending": "extension to 6, catch-up due", "full": "20 wait, catch-up due",
		})},
		"snapshot": {contract.Snapshot, contract.Command{}, but(everywhere("conflict"), map[string]string{
			"new": "snapshot, backfill", "working": "snapshot, backfill 1", "asleep": "snapshot", "daily": "invalid", "extending": "snapshot, extension to 6", "full": "snapshot, 20 wait",
		})},
		"no message": {"dance", contract.Command{}, all},
	} {
		tested[c.message] = true
		require.ElementsMatch(t, slices.Collect(maps.Keys(states)), slices.Collect(maps.Keys(c.want)), name)
		for state, want := range c.want {
			t.Run(name+" while "+state, func(t *testing.T) {
				t.Parallel()
				m := states[state]()
				if _, known := all[want]; want == "invalid" || want == "conflict" {
					require.False(t, known)
					require.Equal(t, insights.Code(want), insights.ErrorCode(m.Check(c.message, c.command, now)))
					require.Error(t, m.Apply(c.message, c.command, now))
					require.Equal(t, all[state], describe(m), "a refused command changes nothing")
					return
				}
				require.NoError(t, m.Apply(c.message, c.command, now))
				require.Equal(t, want, describe(m))
				require.NoError(t, m.Apply(c.message, c.command, now), "a second time")
				require.Equal(t, want, describe(m), "commands are idempotent")
			})
		}
	}
	for _, message := range contract.Messages {
		require.True(t, tested[message.Name], message.Name)
	}
}

// The schedule of snapshots signals every series. Its signals neither hide the refusal that
// somebody must see, nor are they shown as refused.
func TestSignalsOfSchedulesAreNotShown(t *testing.T) {
	t.Parallel()
	scheduled := contract.Command{By: contract.BySchedule}
	m := states["paused"]()
	err := m.Apply(contract.Snapshot, scheduled, now)
	require.Error(t, err)
	m.Refuse(contract.Snapshot, scheduled, err, now)
	require.Nil(t, m.State.Refused)

	m = asleep()
	m.Refuse(contract.Extend, contract.Command{By: "ann"}, err, now)
	require.Equal(t, "ann", m.State.Refused.By)
	require.NoError(t, m.Apply(contract.Snapshot, scheduled, now))
	require.NotNil(t, m.State.Refused)
	require.NoError(t, m.Apply(contract.Snapshot, contract.Command{By: "ann"}, now))
	require.Nil(t, m.State.Refused)
}

// A command stops the work on a plan only when it concerns that plan.
func TestMustStop(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		message string
		want    bool
	}{
		{contract.Pause, true},
		{contract.Cancel, true},
		{contract.Front, true},
		{contract.Retry, false},
		{contract.Trigger, false},
		{contract.Snapshot, false},
	} {
		m := states["working"]()
		require.NoError(t, m.Apply(c.message, contract.Command{}, now))
		require.Equal(t, c.want, m.MustStop(m.State.Current), c.message)
	}
	m := states["working"]()
	m.State.Recording = &Plan{Kind: insights.RecordingPlan}
	require.NoError(t, m.Apply(contract.Front, contract.Command{}, now))
	require.False(t, m.MustStop(m.State.Recording), "the queue position is that of past times")
	m.State.QueuePosition = contract.QueueFront
	m.Next(now)
	require.NoError(t, m.Apply(contract.Front, contract.Command{}, now))
	require.False(t, m.MustStop(m.State.Current), "it is at the front already")
}

func TestSnapshotNeedsValuesThatBelongToCommits(t *testing.T) {
	t.Parallel()
	m := asleep()
	m.Query = "type:commit TODO"
	require.Equal(t, insights.Invalid, insights.ErrorCode(m.Check(contract.Snapshot, contract.Command{}, now)))
}
