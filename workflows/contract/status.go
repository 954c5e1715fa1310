package contract

import (
	"time"

	"github.com/backsight/backsight/insights"
)

// Queries of a SeriesWorkflow.
const (
	// QueryCompleteness returns insights.Completeness: the series' tally, without snapshots.
	QueryCompleteness = "completeness"
	// QueryStatus returns Status.
	QueryStatus = "status"
)

// State is what a series' workflow is doing.
type State string

// The states. Pausing means that a pause was requested and the work on a plan has not stopped yet.
// Sleeping means that the series waits for its next recording, or waits because of a Problem.
// Stopping means that the workflow is ending, for example because the series was deleted.
const (
	Running  State = "running"
	Pausing  State = "pausing"
	Paused   State = "paused"
	Sleeping State = "sleeping"
	Stopping State = "stopping"
)

// QueuePosition is the position of a series' work on past times among the work of all series.
type QueuePosition string

// The positions.
const (
	QueueDefault QueuePosition = "" // shares the queue equally with other series
	QueueFront   QueuePosition = "front"
	QueueBack    QueuePosition = "back"
)

// PausedBy says who paused a series or cancelled a plan, when and why.
type PausedBy struct {
	By     string    `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
	// Breaker is true when the circuit breaker paused the series. A retry then also ends the pause.
	Breaker bool `json:"breaker,omitempty"`
}

// Problem says why a series cannot continue with its plans, for example because its query or scope
// cannot be read. The series tries again at RetryAt, or earlier if an operator resumes or triggers
// it. If RetryAt equals At, the series has dropped the plan that failed, and does not try it again.
type Problem struct {
	Code    insights.Code `json:"code"`
	Message string        `json:"message"`
	At      time.Time     `json:"at"`
	RetryAt time.Time     `json:"retryAt"`
}

// Refusal is a signal that the series did not apply.
type Refusal struct {
	Message string    `json:"message"`      // the name of the signal
	By      string    `json:"by,omitempty"` // as for PausedBy
	Reason  string    `json:"reason"`       // why the series refused it
	At      time.Time `json:"at"`
}

// Status is the answer to QueryStatus and to every update.
type Status struct {
	State State `json:"state"`
	// InFlight is the number of child workflows that have not ended.
	InFlight int `json:"inFlight"`
	// Paused is nil unless an operator or the circuit breaker has paused the series.
	Paused *PausedBy `json:"paused,omitempty"`
	// Problem is nil unless an action failed that the series does not repeat immediately.
	Problem *Problem `json:"problem,omitempty"`
	// Refused is the last signal that the series refused, nil if it has applied a message since.
	// Messages of schedules do not count. An update is refused with an error instead.
	Refused *Refusal `json:"refused,omitempty"`
	// NextRecordingAt is the first grid time after the newest one that has a plan. It may be in the
	// past, for example while the series is paused.
	NextRecordingAt time.Time `json:"nextRecordingAt"`
	// Plan is the number of the plan that the series works on, and Kind is its kind. Plan is 0 when
	// there is no plan, or when the plan is not written yet. Kind is "" when there is no plan.
	Plan int               `json:"plan,omitempty"`
	Kind insights.PlanKind `json:"kind,omitempty"`
	// QueuePosition is the position of the series' work on past times.
	QueuePosition QueuePosition `json:"queuePosition,omitempty"`
	// Waiting is the number of plans of past times that wait for the current one.
	Waiting int `json:"waiting,omitempty"`
	// Snapshot is the tally of the snapshot that is being taken, nil when there is none. It is not
	// part of Completeness.
	Snapshot *insights.Completeness `json:"snapshot,omitempty"`
	// Completeness is the workflow's own tally of the series, without snapshots. While children
	// run, it is updated whenever one of them ends. Otherwise it equals the ledger's tally, except
	// that a late result of an abandoned search may be missing for up to a minute.
	Completeness insights.Completeness `json:"completeness"`
}
