package workflows

import (
	"encoding/json"
	"fmt"
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

// SearchQueueOf is the queue of a shard's searches: that of shard 0 is SearchQueue.
func SearchQueueOf(shard int) string { return queueOf(SearchQueue, shard) }

// SyncQueueOf is the queue of a shard's clones and fetches: that of shard 0 is SyncQueue.
func SyncQueueOf(shard int) string { return queueOf(SyncQueue, shard) }

func queueOf(kind string, shard int) string {
	if shard == 0 {
		return kind
	}
	return fmt.Sprintf("%s-%d", kind, shard)
}

// Workflow types, as they are registered and as they stand in histories. Never rename one: a running series would
// no longer find its code.
const (
	SeriesWorkflowName     = "SeriesWorkflow"
	RepositoryWorkflowName = "RepositoryWorkflow"
	FrameWorkflowName      = "FrameWorkflow"
	SyncWorkflowName       = "SyncWorkflow"
	SnapshotsWorkflowName  = "SnapshotsWorkflow"
	RetentionWorkflowName  = "RetentionWorkflow"
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
	// Cancel drops the work on the past: what is pending of it ends as failed, of the class "cancelled", what a retry had not
	// reached is what it was, and what waits its turn is forgotten. Recordings go on. Retry takes it up again. Payload Order.
	Cancel = "cancel"
	// Retry takes samples up again that have ended: partial and failed ones, or what Order.Selection says, or all. It waits for
	// its turn behind the backfill. Payload Order.
	Retry = "retry"
	// Extend adds points of the past until the series has Order.Points; only those that are missing are computed. A series never
	// gets shorter. Payload Order.
	Extend = "extend"
	// Front puts the work on the past before that of all other series, Back behind it: until it is done, or moved again. Recordings
	// go before both. Payload Order.
	Front = "front"
	Back  = "back"
	// Trigger looks for due recordings and left-over samples now instead of at the next grid time. Payload Order.
	Trigger = "trigger"
	// Snapshot samples every repository now, between two recordings; the next snapshot replaces it, and a recording overtakes it.
	// The schedule SnapshotSchedule sends it. Payload Order.
	Snapshot = "snapshot"
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
	// All and Selection are for Retry: every sample, or some. Neither is what went wrong.
	All       bool               `json:"all,omitempty"`
	Selection insights.Selection `json:"selection,omitzero"`
	// Points is for Extend: how many the series is to have.
	Points int `json:"points,omitempty"`
}

// selection is what a Retry is about, in its normal form.
func (o Order) selection() (insights.Selection, error) {
	if o.All {
		return insights.Everything().Normal()
	}
	return o.Selection.Normal()
}

// UnmarshalJSON takes what people send from a command line: the object, a bare string (the reason), a bare number (the
// points), or anything else, which says no more than the message's name does. It never fails, because the SDK drops a signal whose payload does
// not decode, and a pause that is dropped in silence is worse than one without a reason.
func (o *Order) UnmarshalJSON(data []byte) error {
	type plain Order
	if json.Unmarshal(data, (*plain)(o)) == nil {
		return nil
	}
	*o = Order{}
	if json.Unmarshal(data, &o.Reason) != nil && json.Unmarshal(data, &o.Points) != nil {
		*o = Order{}
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
	// Breaker is true when the series stopped itself, because all its searches failed for one reason. A retry lifts it, too.
	Breaker bool `json:"breaker,omitempty"`
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
	// Generation and Kind ("backfill", "recording", "retry", "extension", "joining", "snapshot") name the plan that is worked on; 0 and "" when
	// there is none. A plan that is not written has no generation.
	Generation int    `json:"generation,omitempty"`
	Kind       string `json:"kind,omitempty"`
	// Place is where in the queue of all series the work on the past stands.
	Place Place `json:"place,omitempty"`
	// Waiting is how many plans of the past wait behind the one that is worked on.
	Waiting int `json:"waiting,omitempty"`
	// Snapshot is the tally of the snapshot that is being taken; nil when there is none. It is no part of Completeness.
	Snapshot *insights.Completeness `json:"snapshot,omitempty"`
	// Completeness is the workflow's own tally over all generations; equal to the ledger's in every state but Running
	// and Pausing, where it follows as children end.
	Completeness insights.Completeness `json:"completeness"`
}

// SeriesID is the workflow id of a series.
func SeriesID(series string) string { return "series/" + series }
