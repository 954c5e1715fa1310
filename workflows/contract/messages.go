package contract

import (
	"encoding/json"

	"github.com/backsight/backsight/insights"
)

// Messages of a SeriesWorkflow. Each is both a signal and an update with the same name and payload,
// a Command. An operator sends a signal (`temporal workflow signal --name pause`, with or without
// input); an update returns the new Status, or is refused. It does no harm to send a message twice.
const (
	// Pause stops the series: it starts no more searches, and running searches stop within seconds.
	// When a paused series is paused again, the first sender and reason stay.
	Pause = "pause"
	// Resume continues a paused series, and immediately tries again what a Problem delays.
	Resume = "resume"
	// Cancel ends the work on past times. Pending samples end as failed with the reason code
	// "cancelled"; those that a cancelled retry has made pending get their earlier outcome back.
	// Plans that wait are dropped. Recordings continue. Retry computes the cancelled samples again.
	Cancel = "cancel"
	// Retry recomputes samples that have ended: the partial and failed ones, those that
	// Command.Selection selects, or all. Samples of removed repositories stay as they are. The
	// retry waits for the plans of past times before it.
	Retry = "retry"
	// Extend adds older points until the number of past points is Command.Points. Only missing
	// samples are computed. A series never gets shorter.
	Extend = "extend"
	// Front moves the series' work on past times before that of all other series, and Back moves it
	// behind, until the work is complete or moved again. Recordings and snapshots start before all
	// work on past times.
	Front = "front"
	Back  = "back"
	// Trigger looks for due recordings, and for repositories that need a catch-up backfill, now
	// instead of at the next grid time. If the series has a Problem, it also tries again what
	// failed.
	Trigger = "trigger"
	// Snapshot samples every repository now, between two recordings. The next snapshot replaces the
	// samples, and a recording makes them obsolete. The schedule SnapshotSchedule sends this
	// message.
	Snapshot = "snapshot"
)

// Message is a message with the description that the Temporal UI shows.
type Message struct{ Name, Description string }

// Messages lists all messages. Signals and updates are applied in the order in which they arrive.
// Only a run that release 0.1.0 started (see SeriesStart.SignalsInOrder) applies signals that
// arrive in one workflow task in the order of this list.
var Messages = []Message{
	{Trigger, "look now for due recordings and for repositories that need a catch-up backfill, and try again what failed"},
	{Snapshot, "sample every repository now, between two recordings"},
	{Extend, `add older points until the series has 24 past points, with the input {"points":24}`},
	{Retry, `compute partial and failed samples again, or all samples with {"all":true}`},
	{Front, "move the work on past times before that of all other series"},
	{Back, "move the work on past times behind that of all other series"},
	{Cancel, "end the work on past times: pending samples end as failed, and retry computes them again"},
	{Resume, "continue after a pause, and try again immediately what a problem delays"},
	{Pause, "launch no more work and stop running searches, until resume"},
}

// Command is the payload of every message. By and Reason say who sends the message, and why; both
// may be empty. Each other field is for one message only.
type Command struct {
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
	// All and Selection are for Retry: every sample, or some. Without both, a retry takes partial
	// and failed samples.
	All       bool               `json:"all,omitempty"`
	Selection insights.Selection `json:"selection,omitzero"`
	// Points is for Extend: the number of past points that the series is to have.
	Points int `json:"points,omitempty"`
}

// BySchedule is the By of a Command that a schedule sends.
const BySchedule = "schedule"

// MaxText is the largest number of bytes that a series keeps of a text of a Command.
const MaxText = 1000

// Selected returns the samples that a Retry selects, in normal form. It returns Invalid for a
// selection of samples that have not ended.
func (c Command) Selected() (insights.Selection, error) {
	if c.All {
		return insights.Everything().Normal()
	}
	return c.Selection.Normal()
}

// UnmarshalJSON accepts what people type on a command line: the object, a bare string (the reason),
// or a bare number (the points). Anything else is the zero Command. It never fails, because the SDK
// drops a signal whose payload cannot be decoded, and a pause must not be lost that way.
func (c *Command) UnmarshalJSON(data []byte) error {
	type plain Command
	if json.Unmarshal(data, (*plain)(c)) == nil {
		return nil
	}
	*c = Command{}
	if json.Unmarshal(data, &c.Reason) != nil && json.Unmarshal(data, &c.Points) != nil {
		*c = Command{}
	}
	return nil
}
