package machine

import (
	"fmt"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// Status returns what the series is doing. inFlight is the number of children that have not ended.
func (m *Machine) Status(inFlight int) contract.Status {
	status := contract.Status{
		State: m.doing(), InFlight: inFlight, Paused: m.State.Paused, Problem: m.State.Problem, Refused: m.State.Refused,
		NextRecordingAt: m.nextRecordingAt(), Waiting: len(m.State.Waiting), Completeness: m.State.Tally,
	}
	if m.hasPastWork() {
		status.QueuePosition = m.State.QueuePosition
	}
	if plan := m.plan(); plan != nil {
		status.Plan, status.Kind = plan.Number, plan.Kind
	}
	if m.State.Snapshot != nil {
		status.Snapshot = &m.State.Snapshot.Tally
	}
	return status
}

func (m *Machine) doing() contract.State {
	switch {
	case m.stopped:
		return contract.Stopping
	case m.State.Paused != nil && planOf(m.action) != nil:
		return contract.Pausing
	case m.State.Paused != nil:
		return contract.Paused
	case planOf(m.action) != nil: // with a problem, perhaps: that of a plan that was dropped
		return contract.Running
	case m.State.Problem == nil && (m.plan() != nil || len(m.State.Waiting) > 0):
		return contract.Running
	}
	return contract.Sleeping
}

// NewAttributes returns the search attributes, and whether they differ from those that the workflow
// has set. If they differ, the caller must set them. Each change is an event of the history, so the
// percentage moves in steps of 5.
func (m *Machine) NewAttributes() (now Attributes, changed bool) {
	now = Attributes{State: m.doing(), Percent: m.percent() / 5 * 5}
	changed = now != m.State.Attributes
	m.State.Attributes = now
	return now, changed
}

// percent is 0 until the first plan is written, because an empty tally counts as complete.
func (m *Machine) percent() int {
	if m.State.Tally.Planned == 0 && (m.State.Recording != nil || m.State.Current != nil) {
		return 0
	}
	return m.State.Tally.Percent()
}

// Details returns a text about the series in Markdown, for its page in the Temporal UI.
func (m *Machine) Details() string {
	st := m.Status(0)
	var text strings.Builder
	// Not Fprintf: workflowcheck cannot prove that an io.Writer is deterministic.
	say := func(format string, args ...any) { text.WriteString(fmt.Sprintf(format, args...)) }
	say("**%s** — %s\n\n`%s`\n\n", st.State, insights.Truncate(m.Title, insights.MaxTitle), insights.Truncate(m.Query, 2000))
	if plan := m.plan(); plan != nil {
		say("Working on: %s (plan %d, repositories with an id above %d).\n\n", plan.Summary(), plan.Number, plan.After)
	}
	if st.QueuePosition != contract.QueueDefault {
		say("The work on its past times is at the **%s** of the queue of all series.\n\n", st.QueuePosition)
	}
	if st.Waiting > 0 {
		say("Plans of past times that wait: %d.\n\n", st.Waiting)
	}
	if st.Paused != nil {
		say("Paused at %s by %s: %s\n\n", st.Paused.At.Format(time.RFC3339), orSomebody(st.Paused.By), st.Paused.Reason)
	}
	if st.Problem != nil {
		next := "The plan was dropped."
		if st.Problem.RetryAt.After(st.Problem.At) {
			next = "The series tries again at " + st.Problem.RetryAt.Format(time.RFC3339) + ", or on `trigger` or `resume`."
		}
		say("**Problem** since %s: %s. %s\n\n", st.Problem.At.Format(time.RFC3339), st.Problem.Message, next)
	}
	if st.Refused != nil {
		say("The signal `%s` of %s at %s was **refused**: %s\n\n", st.Refused.Message, orSomebody(st.Refused.By), st.Refused.At.Format(time.RFC3339), st.Refused.Reason)
	}
	c := st.Completeness
	say("| planned | counted | reused | absent | partial | failed | pending |\n|--:|--:|--:|--:|--:|--:|--:|\n| %d | %d | %d | %d | %d | %d | %d |\n\n%d %% done. Next recording at %s.\n",
		c.Planned, c.Counted, c.Reused, c.Absent, c.Partial, c.Failed, c.Pending, m.percent(), st.NextRecordingAt.Format(time.RFC3339))
	return text.String()
}

// CancelReason says for people who cancelled a plan and why.
func (p *Plan) CancelReason() string {
	reason := "cancelled by " + orSomebody(p.Cancelled.By)
	if p.Cancelled.Reason != "" {
		reason += ": " + p.Cancelled.Reason
	}
	return insights.Truncate(reason, maxBy+maxReason)
}

func orSomebody(by string) string {
	if by == "" {
		return "somebody"
	}
	return by
}
