package status

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
)

// Print prints the completeness, the notices and the workflow's state of a series, indented.
func Print(w io.Writer, series remote.Series) {
	rate, left := speed(series.Completeness)
	output.Printf(w, "  samples   %s\n", output.Line(series.Completeness.Completeness(), rate, left))
	for _, n := range series.Notices {
		output.Printf(w, "  notice    %s, since %s\n", n.Reason, n.Since)
	}
	workflow := series.Workflow
	if workflow == nil {
		fmt.Fprintln(w, "  state     the workflow does not answer: check that a worker is running")
		return
	}
	output.Printf(w, "  state     %s\n", state(workflow))
	if workflow.Problem != nil {
		output.Printf(w, "  problem   %s\n", workflow.Problem.Message)
	}
	if refused := workflow.Refused; refused != nil {
		by := ""
		if refused.By != nil {
			by = " of " + *refused.By
		}
		output.Printf(w, "  refused   the signal %s%s at %s: %s\n", refused.Signal, by, refused.At, refused.Reason)
	}
	if workflow.NextRecordingAt != nil {
		output.Printf(w, "  next      recording at %s\n", *workflow.NextRecordingAt)
	}
	if workflow.TemporalUrl != nil {
		output.Printf(w, "  temporal  %s\n", *workflow.TemporalUrl)
	}
}

func state(w *remote.Workflow) string {
	text := strings.ToLower(string(w.State))
	if w.PausedAt != nil {
		text += " since " + *w.PausedAt
		if w.PausedBy != nil && *w.PausedBy != "" {
			text += " by " + *w.PausedBy
		}
	}
	if w.Kind != nil {
		text += ", " + w.Kind.Text()
	}
	if w.WaitingPlans > 0 {
		text += ", " + output.Count(w.WaitingPlans, "plan", "plans") + " waiting"
	}
	if w.QueuePosition == remote.SeriesQueuePositionFront || w.QueuePosition == remote.SeriesQueuePositionBack {
		text += ", at the " + strings.ToLower(string(w.QueuePosition)) + " of the queue"
	}
	if w.InFlight > 0 {
		text += ", " + output.Count(w.InFlight, "batch", "batches") + " in flight"
	}
	if w.PausedReason != nil && *w.PausedReason != "" {
		text += ": " + *w.PausedReason
	}
	return text
}

// speed returns the rate in samples per second and the time left, both 0 when either is unknown.
func speed(t remote.Tally) (rate float64, left time.Duration) {
	if t.Rate == nil || t.EtaSeconds == nil {
		return 0, 0
	}
	return *t.Rate, time.Duration(*t.EtaSeconds * float64(time.Second))
}
