package machine

import (
	"fmt"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// kind says what the machine does differently for one kind of plan. Its traits (insights/plan.go)
// say what a kind means for the ledger.
type kind struct {
	// priority is the priority key of the plan's searches. 0 means the key of the series' queue
	// position.
	priority int
	// refused says what happens to a plan that cannot be made.
	refused refusal
	// writtenIfCancelled is true when a plan that is cancelled before it is written is still
	// written, so that a retry finds its samples. If false, such a plan is dropped.
	writtenIfCancelled bool
	// breaker is true when the circuit breaker watches the plan.
	breaker bool
	// catchUp is true when the series looks for repositories that need a catch-up backfill after
	// the plan.
	catchUp bool
	// take, when not nil, prepares a waiting plan that becomes the current one. It returns false
	// when there is nothing to do.
	take func(*Machine, *Plan) bool
	// begun, when not nil, is called when the plan has been written.
	begun func(*Machine, *Plan)
	// summary names the plan for people.
	summary func(*Plan) string
}

// refusal is what happens to a plan that cannot be made.
type refusal int

const (
	// holdPlan keeps the plan and tries again later, because the series needs it.
	holdPlan refusal = iota
	// reportPlan drops a plan that cannot be made, so that later plans can start, and shows the
	// reason until work on another plan succeeds. A retryable error holds the plan instead.
	reportPlan
	// dropPlan drops the plan after any error, because the next snapshot replaces it anyway.
	dropPlan
)

var kinds = map[insights.PlanKind]kind{
	insights.BackfillPlan:  {refused: holdPlan, writtenIfCancelled: true, breaker: true, summary: (*Plan).timesSummary},
	insights.RecordingPlan: {priority: priorityRecording, refused: holdPlan, breaker: true, catchUp: true, summary: (*Plan).timesSummary},
	insights.SnapshotPlan:  {priority: prioritySnapshot, refused: dropPlan, summary: (*Plan).timesSummary},
	insights.RetryPlan:     {refused: reportPlan, breaker: true, summary: (*Plan).retrySummary},
	insights.ExtensionPlan: {
		refused: reportPlan, breaker: true,
		// The times depend on extensions before this one, which may have moved the grid's start.
		take: func(m *Machine, p *Plan) bool {
			p.Times = m.Grid.OlderFrames(p.Points)
			return len(p.Times) > 0
		},
		begun:   func(m *Machine, p *Plan) { m.Grid.Points = p.Points },
		summary: func(p *Plan) string { return fmt.Sprintf("extension to %d points", p.Points) },
	},
	insights.CatchUpPlan: {
		refused: reportPlan, breaker: true,
		summary: func(p *Plan) string { return "backfill of repositories that " + insights.Truncate(p.Note, 250) },
	},
}

// Priority keys of the Temporal server. Tasks with a lower key always start before tasks with a
// higher key. The tasks of the series' own workflows have the key priorityFront too; see package
// contract.
const (
	priorityRecording = 1
	prioritySnapshot  = 2
	priorityFront     = contract.SeriesPriority
	priorityDefault   = 4
	priorityBack      = 5
)

// PriorityKey returns the priority key of a plan's searches. Searches of recordings start before
// those of snapshots, and these before those of past times, across all series.
func (m *Machine) PriorityKey(plan *Plan) int {
	if key := kinds[plan.Kind].priority; key != 0 {
		return key
	}
	switch m.State.QueuePosition {
	case contract.QueueFront:
		return priorityFront
	case contract.QueueBack:
		return priorityBack
	case contract.QueueDefault:
	}
	return priorityDefault
}

// Summary names the plan for people.
func (p *Plan) Summary() string { return kinds[p.Kind].summary(p) }

func (p *Plan) timesSummary() string {
	first, last := p.Times[0], p.Times[len(p.Times)-1]
	if len(p.Times) == 1 {
		return fmt.Sprintf("%s of %s", p.Kind, first.Format(time.RFC3339))
	}
	return fmt.Sprintf("%s of %d times, %s to %s", p.Kind, len(p.Times), first.Format(time.RFC3339), last.Format(time.RFC3339))
}

func (p *Plan) retrySummary() string {
	if p.Selection.All() {
		return "retry, also of exact samples"
	}
	return "retry of partial or failed samples"
}
