package workflows

import (
	"encoding/json"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
)

// Task queues: one per resource, so that a limit on one kind of work never holds back another.
const (
	// Queue carries the workflows and the activities that only talk to Postgres.
	Queue = "backsight"
	// SearchQueue carries searches: CPU and disk, slots = cores.
	SearchQueue = "backsight-search"
	// SyncQueue carries clones and fetches: network.
	SyncQueue = "backsight-sync"
)

// Workflow types, as they are registered and as they stand in histories. Never rename one: a running series would
// no longer find its code.
const (
	SeriesWorkflowName     = "SeriesWorkflow"
	RepositoryWorkflowName = "RepositoryWorkflow"
	FrameWorkflowName      = "FrameWorkflow"
	SyncWorkflowName       = "SyncWorkflow"
)

// Messages of a SeriesWorkflow. Each is both a signal and an update of the same name and payload: a signal is what an
// operator sends (`temporal workflow signal --name pause`, with or without input), an update answers with the Status
// that follows. All of them say what is wanted, never "toggle", so sending one twice is sending it once.
const (
	// Pause stops the series: nothing is launched any more and running searches stop within seconds. Payload Order.
	// The first reason stays when a paused series is paused again.
	Pause = "pause"
	// Resume goes on where the series was paused, and tries again at once what a Problem holds back. Payload Order.
	Resume = "resume"
	// Cancel ends the series' work and its workflow; what is written stays. Payload Order.
	Cancel = "cancel"
	// Trigger looks for due recordings and left-over samples now instead of at the next grid time. Payload Order.
	Trigger = "trigger"
)

// Queries of a SeriesWorkflow.
const (
	// QueryCompleteness answers with insights.Completeness: the series' tally over all its generations.
	QueryCompleteness = "completeness"
	// QueryStatus answers with Status.
	QueryStatus = "status"
)

// Search attributes: identifiers and states only, for the visibility store keeps them in plain text.
var (
	// AttributeSeries is the series' ksuid, on every workflow of its tree.
	AttributeSeries = temporal.NewSearchAttributeKeyKeyword("BacksightSeries")
	// AttributeRepository is the repository's number, or first-last for a batch.
	AttributeRepository = temporal.NewSearchAttributeKeyKeyword("BacksightRepository")
	// AttributeState is the State of a series.
	AttributeState = temporal.NewSearchAttributeKeyKeyword("BacksightState")
	// AttributePercent is the share of a series' samples that have ended.
	AttributePercent = temporal.NewSearchAttributeKeyInt64("BacksightPercent")
	// AttributeFrame is the sample time of a FrameWorkflow.
	AttributeFrame = temporal.NewSearchAttributeKeyTime("BacksightFrame")
)

// Order is the payload of every message: who asks, and why. Both may be empty.
type Order struct {
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// UnmarshalJSON takes what people send from a command line: the object, a bare string (the reason), or anything else,
// which says no more than the message's name does. It never fails, because the SDK drops a signal whose payload does
// not decode, and a pause that is dropped in silence is worse than one without a reason.
func (o *Order) UnmarshalJSON(data []byte) error {
	type plain Order
	if json.Unmarshal(data, (*plain)(o)) == nil {
		return nil
	}
	*o = Order{}
	var reason string
	if json.Unmarshal(data, &reason) == nil {
		o.Reason = reason
	}
	return nil
}

// State is what a series' workflow is doing.
type State string

// The states. Pausing means that a pause was asked for and searches are still in flight.
const (
	Running   State = "running"
	Pausing   State = "pausing"
	Paused    State = "paused"
	Sleeping  State = "sleeping"
	Cancelled State = "cancelled"
)

// PausedBy says who paused a series, why and when.
type PausedBy struct {
	By     string    `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Problem is why a series cannot plan: its query or scope is refused, say. It sleeps and tries again at RetryAt, or
// when it is resumed or triggered.
type Problem struct {
	Code    insights.Code `json:"code"`
	Message string        `json:"message"`
	At      time.Time     `json:"at"`
	RetryAt time.Time     `json:"retryAt"`
}

// Status is the answer to QueryStatus and to every update.
type Status struct {
	State State `json:"state"`
	// InFlight is the number of child workflows that have not ended.
	InFlight int `json:"inFlight"`
	// Paused is nil unless State is Pausing or Paused.
	Paused *PausedBy `json:"paused,omitempty"`
	// Problem is nil unless planning failed for good.
	Problem *Problem `json:"problem,omitempty"`
	// NextRecordingAt is the first grid time that is not planned yet.
	NextRecordingAt time.Time `json:"nextRecordingAt"`
	// Generation and Kind ("backfill", "recording") name the plan that is worked on; 0 and "" when there is none.
	Generation int    `json:"generation,omitempty"`
	Kind       string `json:"kind,omitempty"`
	// Completeness is the workflow's own tally over all generations; equal to the ledger's in every state but Running
	// and Pausing, where it follows as children end.
	Completeness insights.Completeness `json:"completeness"`
}

// SeriesID is the workflow id of a series.
func SeriesID(series string) string { return "series/" + series }
