package machine

import (
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// Series is what a series' workflow carries from run to run: the input with which it started, and
// the state. An extension changes the grid in the input. State is zero at the first start.
type Series struct {
	contract.SeriesStart
	State State `json:"state,omitzero"`
}

// State is small and has a bounded size, because the ledger holds the samples.
type State struct {
	// Recording, Snapshot and Current are the plans to work on, in the order of their priority; nil
	// when there is none. Current is a plan of past times.
	Recording *Plan `json:"recording,omitempty"`
	Snapshot  *Plan `json:"snapshot,omitempty"`
	Current   *Plan `json:"current,omitempty"`
	// Waiting lists plans of past times that follow Current, oldest first. At most maxWaiting.
	Waiting []*Plan `json:"waiting,omitempty"`
	// BackfillPlanned is true from the first run on, when the backfill becomes Current.
	BackfillPlanned bool `json:"backfillPlanned,omitempty"`
	// LastPlanned is the newest grid time that has a recording plan; zero before the first.
	LastPlanned time.Time `json:"lastPlanned,omitzero"`
	// Tally counts the samples of all permanent plans.
	Tally insights.Completeness `json:"tally"`
	// QueuePosition applies until no work on past times is left.
	QueuePosition contract.QueuePosition `json:"queuePosition,omitempty"`
	Paused        *contract.PausedBy     `json:"paused,omitempty"`
	Problem       *contract.Problem      `json:"problem,omitempty"`
	Refused       *contract.Refusal      `json:"refused,omitempty"`
	// CatchUpDue is true when repositories that lack past samples may have come into scope.
	CatchUpDue bool `json:"catchUpDue,omitempty"`
	// ReadTallyAt is when the tally is read again; the zero time means never. See readTallyAfter.
	ReadTallyAt time.Time `json:"readTallyAt,omitzero"`
	// Attributes are the search attributes that the workflow has set. The server carries them from
	// run to run.
	Attributes Attributes `json:"attributes,omitzero"`
}

// Attributes are the search attributes of a series that change.
type Attributes struct {
	State   contract.State `json:"state"`
	Percent int            `json:"percent"`
}

// Plan is a plan that is not completed.
type Plan struct {
	Kind insights.PlanKind `json:"kind"`
	// Times are the sample times. They are empty for a retry, and for an extension that waits.
	Times []time.Time `json:"times"`
	// Note says for people why a catch-up backfill is planned.
	Note string `json:"note,omitempty"`
	// Points is the number of points that an extension gives the series.
	Points int `json:"points,omitempty"`
	// Selection says which samples a retry computes again.
	Selection insights.Selection `json:"selection,omitzero"`
	// Number is 0 until the plan is written.
	Number int `json:"number,omitempty"`
	// MaybeWritten is true from the first attempt to write the plan on: the ledger may then contain
	// some of its samples.
	MaybeWritten bool `json:"maybeWritten,omitempty"`
	// Cancelled says who cancelled the plan; nil when nobody did.
	Cancelled *contract.PausedBy `json:"cancelled,omitempty"`
	// After is the cursor: all repositories with ids up to After have been searched.
	After int64 `json:"after,omitempty"`
	// Breaker is what the circuit breaker has counted in the plan.
	Breaker Breaker `json:"breaker,omitzero"`
	// Tally counts the samples of a plan that is not permanent; see tallyOf.
	Tally insights.Completeness `json:"tally,omitzero"`
}

// Machine is one run of a series. Create with New. It is not safe for concurrent use.
type Machine struct {
	Series

	// the action that Next returned and that has not ended; nil when there is none
	action   Action
	heldBack bool                  // a problem held back all plans when the action began
	moved    bool                  // the queue position changed during the action
	page     insights.Completeness // the samples that ended during the action
	stopped  bool
}

// New returns the machine of a run that starts with the given state.
func New(series Series) *Machine {
	m := &Machine{Series: series}
	if !m.State.BackfillPlanned {
		m.State.BackfillPlanned = true
		m.State.Current = &Plan{Kind: insights.BackfillPlan, Times: m.Grid.Frames()}
	}
	return m
}

// Limits of the state, which each run passes to the next.
const (
	// maxWaiting bounds State.Waiting. It is far above the number of plans that people request.
	maxWaiting = 20
	// maxBy, maxReason and maxProblem bound the texts of a PausedBy and a Problem, in bytes.
	maxBy      = 200
	maxReason  = contract.MaxText
	maxProblem = 2000
	// dueAtOnce is the largest number of grid times in one recording plan. The remaining due times
	// go into further plans.
	dueAtOnce = 100
)

// plan returns the plan to work on, nil when there is none. A recording comes first, then a
// snapshot, then past times.
func (m *Machine) plan() *Plan {
	for _, plan := range []*Plan{m.State.Recording, m.State.Snapshot, m.State.Current} {
		if plan != nil {
			return plan
		}
	}
	return nil
}

// forget removes a plan that is completed or dropped.
func (m *Machine) forget(plan *Plan) {
	for _, at := range []**Plan{&m.State.Recording, &m.State.Snapshot, &m.State.Current} {
		if *at == plan {
			*at = nil
		}
	}
}

// hasPastWork reports whether a plan of past times is under way or waits.
func (m *Machine) hasPastWork() bool { return m.State.Current != nil || len(m.State.Waiting) > 0 }

// tallyOf returns the tally in which the samples of a plan count: that of the series, or the plan's
// own if the plan is not permanent. For nil, and for a plan that is not written, it returns the
// tally of the series.
func (m *Machine) tallyOf(plan *Plan) *insights.Completeness {
	if plan != nil && plan.Number != 0 && !plan.Kind.Permanent() {
		return &plan.Tally
	}
	return &m.State.Tally
}

// lastPlanned returns the newest grid time that has a plan.
func (m *Machine) lastPlanned() time.Time {
	if m.State.LastPlanned.IsZero() {
		return m.Grid.Anchor
	}
	return m.State.LastPlanned
}

func (m *Machine) nextRecordingAt() time.Time { return m.Grid.Next(m.lastPlanned()) }

// held reports whether a problem holds back all plans.
func (m *Machine) held(now time.Time) bool {
	return m.State.Problem != nil && now.Before(m.State.Problem.RetryAt)
}
