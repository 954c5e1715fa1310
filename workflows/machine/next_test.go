package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// doWhat names the action that Next returns.
func doWhat(m *Machine, now time.Time) string {
	switch action := m.Next(now).(type) {
	case End:
		return "end"
	case CancelPlan:
		return "cancel " + describePlan(action.Plan)
	case WorkOn:
		return "work on " + describePlan(action.Plan)
	case FindCatchUp:
		return "find catch-up"
	case ReadTally:
		return "read tally"
	case AwaitMessage:
		return "await message"
	case Sleep:
		return action.Reason + " at " + action.Until.UTC().Format(time.DateTime)
	}
	return "nothing"
}

func TestNext(t *testing.T) {
	t.Parallel()
	const recordingSleep = "next recording at 2026-02-28 12:00:00"
	due := anchor.AddDate(0, 1, 0).Add(time.Minute)
	for name, c := range map[string]struct {
		from   string
		change func(*Machine)
		at     time.Time
		want   string
		after  string // what the state holds then
	}{
		"a new series":       {from: "new", want: "work on backfill", after: "backfill"},
		"a page follows":     {from: "working", want: "work on backfill 1", after: "backfill 1"},
		"nothing to do":      {from: "asleep", want: recordingSleep},
		"paused":             {from: "paused", want: "await message", after: "paused by bob"},
		"held":               {from: "held", want: "try again what failed at 2026-02-28 12:00:00", after: "problem"},
		"no longer held":     {from: "held", at: due, want: "work on recording", after: "recording, problem"},
		"paused when due":    {from: "paused", at: due, want: "await message", after: "paused by bob"},
		"a recording is due": {from: "working", at: due, want: "work on recording", after: "recording, backfill 1"},
		"a snapshot goes before past times": {
			from: "working", change: func(m *Machine) { _ = m.Apply(contract.Snapshot, contract.Command{}, now) },
			want: "work on snapshot", after: "snapshot, backfill 1",
		},
		"a recording goes before a snapshot": {
			from: "asleep", change: func(m *Machine) { m.State.Snapshot = &Plan{Kind: insights.SnapshotPlan, Times: []time.Time{due}} }, at: due,
			want: "work on recording", after: "recording, snapshot",
		},
		"a recording makes a snapshot obsolete": {
			from: "asleep", change: func(m *Machine) { _ = m.Apply(contract.Snapshot, contract.Command{}, now) }, at: due,
			want: "work on recording", after: "recording",
		},
		"waiting plans go in order": {
			from: "asleep", change: func(m *Machine) {
				_ = m.Apply(contract.Extend, contract.Command{Points: 5}, now)
				_ = m.Apply(contract.Retry, contract.Command{}, now)
			},
			want: "work on extension to 5", after: "extension to 5, retry waits",
		},
		"an extension that adds no time is dropped": {
			from: "asleep", change: func(m *Machine) {
				m.State.Waiting = []*Plan{{Kind: insights.ExtensionPlan, Points: 3}, {Kind: insights.RetryPlan}}
			},
			want: "work on retry", after: "retry",
		},
		"a cancelled plan ends":             {from: "working", change: cancel, want: "cancel backfill 1 cancelled by ann", after: "backfill 1 cancelled by ann"},
		"a cancelled backfill is written":   {from: "new", change: cancel, want: "cancel backfill cancelled by ann", after: "backfill cancelled by ann"},
		"a cancelled extension is not":      {from: "extending", change: cancel, want: recordingSleep},
		"a cancelled plan of a held series": {from: "working", change: func(m *Machine) { cancel(m); m.State.Problem = states["held"]().State.Problem }, want: "try again what failed at 2026-02-28 12:00:00", after: "backfill 1 cancelled by ann, problem"},
		"a cancelled plan of a paused series": {
			from: "working", change: func(m *Machine) { cancel(m); m.State.Paused = &contract.PausedBy{By: "bob"} },
			want: "cancel backfill 1 cancelled by ann", after: "backfill 1 cancelled by ann, paused by bob",
		},
		"a cancelled plan of a held, paused series": {
			from: "working", change: func(m *Machine) {
				cancel(m)
				m.State.Problem, m.State.Paused = states["held"]().State.Problem, &contract.PausedBy{By: "bob"}
			},
			want: "cancel again at 2026-02-28 12:00:00", after: "backfill 1 cancelled by ann, paused by bob, problem",
		},
		"the tally is read of a paused series": {
			from: "paused", change: func(m *Machine) { m.State.ReadTallyAt = now }, want: "read tally", after: "paused by bob",
		},
		"the tally is read later of a paused series": {
			from: "paused", change: func(m *Machine) { m.State.ReadTallyAt = now.Add(time.Minute) },
			want: "read the tally again at 2026-01-31 12:02:00", after: "paused by bob",
		},
		"catch-up":                    {from: "asleep", change: catchUp, want: "find catch-up"},
		"catch-up waits for the past": {from: "working", change: catchUp, want: "work on backfill 1", after: "backfill 1, catch-up due"},
		"the tally is read once": {
			from: "asleep", change: func(m *Machine) { m.State.ReadTallyAt = now }, want: "read tally",
		},
		"the tally is read later": {
			from: "asleep", change: func(m *Machine) { m.State.ReadTallyAt = now.Add(time.Minute) }, want: "read the tally again at 2026-01-31 12:02:00",
		},
		"the queue position ends with the work": {
			from: "asleep", change: func(m *Machine) { m.State.QueuePosition = contract.QueueBack }, want: recordingSleep,
		},
		"stopped": {from: "working", change: (*Machine).Stop, want: "end", after: "backfill 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := states[c.from]()
			if c.change != nil {
				c.change(m)
			}
			at := now
			if !c.at.IsZero() {
				at = c.at
			}
			require.Equal(t, c.want, doWhat(m, at))
			require.Equal(t, c.after, describe(m))
		})
	}
}

func cancel(m *Machine)  { _ = m.Apply(contract.Cancel, contract.Command{By: "ann"}, now) }
func catchUp(m *Machine) { m.State.CatchUpDue = true }

func TestMissedRecordingsAreBoundedPlans(t *testing.T) {
	t.Parallel()
	m := states["daily"]()
	m.Next(anchor.AddDate(0, 0, dueAtOnce+5))
	require.Len(t, m.State.Recording.Times, dueAtOnce)
	m.PlanBegun(m.State.Recording, 2, m.State.Tally)
	m.PlanCompleted(m.State.Recording, m.State.Tally, now)
	m.Next(anchor.AddDate(0, 0, dueAtOnce+5))
	require.Len(t, m.State.Recording.Times, 5)
}
