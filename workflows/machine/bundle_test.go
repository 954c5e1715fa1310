package machine

import (
	"fmt"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

var (
	anchor = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	now    = anchor.Add(time.Minute)
)

func newSeries() Series {
	return Series{SeriesStart: contract.SeriesStart{
		SeriesID: "s", Title: "title", Query: "TODO",
		Grid: insights.Grid{Anchor: anchor, Interval: insights.Interval{Unit: insights.Month, Value: 1}, Points: 3},
	}}
}

// states are what the table tests start from, by name.
var states = map[string]func() *Machine{
	"new": func() *Machine { return New(newSeries()) },
	"working": func() *Machine { // on the first page of its backfill
		m := New(newSeries())
		m.Next(now)
		m.PlanBegun(m.State.Current, 1, insights.Completeness{Planned: 6, Pending: 6})
		return m
	},
	"asleep": asleep,
	"paused": func() *Machine {
		m := asleep()
		m.State.Paused = &contract.PausedBy{By: "bob"}
		return m
	},
	"stopped by the breaker": func() *Machine {
		m := asleep()
		m.State.Paused = &contract.PausedBy{By: breakerName, Breaker: true}
		return m
	},
	"held": func() *Machine { // by a problem
		m := asleep()
		m.State.Problem = &contract.Problem{Message: "the scope is refused", RetryAt: m.Grid.Time(1)}
		return m
	},
	"daily": func() *Machine {
		m := asleep()
		m.Grid.Interval = insights.Interval{Unit: insights.Day, Value: 1}
		return m
	},
	"extending": func() *Machine { // to 6 points
		m := asleep()
		m.State.Current = &Plan{Kind: insights.ExtensionPlan, Points: 6, Times: m.Grid.OlderFrames(6)}
		return m
	},
	"full": func() *Machine { // of plans that wait
		m := asleep()
		for i := range maxWaiting {
			selection, _ := insights.Selection{Repository: fmt.Sprint(i)}.Normal()
			m.State.Waiting = append(m.State.Waiting, &Plan{Kind: insights.RetryPlan, Selection: selection})
		}
		return m
	},
}

// asleep is a series whose backfill is complete.
func asleep() *Machine {
	m := New(newSeries())
	m.State.Current = nil
	m.State.Tally = insights.Completeness{Planned: 6, Counted: 6}
	return m
}

// describe says what a state holds, for comparison.
func describe(m *Machine) string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	for _, p := range []*Plan{m.State.Recording, m.State.Snapshot, m.State.Current} {
		if p != nil {
			say("%s", describePlan(p))
		}
	}
	if n := len(m.State.Waiting); n > 2 {
		say("%d wait", n)
	} else {
		for _, p := range m.State.Waiting {
			say("%s waits", describePlan(p))
		}
	}
	if m.State.Paused != nil {
		say("paused by %s", m.State.Paused.By)
	}
	if m.State.Problem != nil {
		say("problem")
	}
	if m.State.CatchUpDue {
		say("catch-up due")
	}
	if m.State.QueuePosition != "" {
		say("%s", m.State.QueuePosition)
	}
	return strings.Join(parts, ", ")
}

func describePlan(p *Plan) string {
	text := string(p.Kind)
	if p.Number != 0 {
		text += fmt.Sprintf(" %d", p.Number)
	}
	if p.Points != 0 {
		text += fmt.Sprintf(" to %d", p.Points)
	}
	if p.Cancelled != nil {
		text += " cancelled by " + p.Cancelled.By
	}
	return text
}
