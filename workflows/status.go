package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

func (s *series) status() contract.Status {
	status := contract.Status{
		State: s.doing(), InFlight: s.inFlight, Paused: s.state.Paused, Problem: s.state.Problem,
		NextRecordingAt: s.nextRecordingAt(), Waiting: len(s.state.Waiting), Completeness: s.state.Tally,
	}
	if s.hasPast() {
		status.QueuePosition = s.state.Place
	}
	if plan := s.plan(); plan != nil {
		status.Plan, status.Kind = plan.Generation, plan.Kind
	}
	if s.state.Snapshot != nil {
		status.Snapshot = &s.state.Snapshot.Tally
	}
	return status
}

// plan is what comes first: fresh data before history.
func (s *series) plan() *Plan {
	switch {
	case s.state.Recording != nil:
		return s.state.Recording
	case s.state.Snapshot != nil:
		return s.state.Snapshot
	}
	return s.state.Backfill
}

func (s *series) doing() contract.State {
	switch {
	case s.cancelled != nil:
		return contract.Cancelled
	case s.state.Paused != nil && s.working:
		return contract.Pausing
	case s.state.Paused != nil:
		return contract.Paused
	case s.state.Problem == nil && (s.plan() != nil || len(s.state.Waiting) > 0):
		return contract.Running
	}
	return contract.Sleeping
}

// show tells operators what the series is doing: the details of its page in the Temporal UI, and the search attributes,
// each of which is an event, so the percentage moves in steps of 5.
func (s *series) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, s.details())
	now := Shown{State: s.doing(), Percent: s.percent() / 5 * 5}
	if now == s.state.Shown {
		return
	}
	s.state.Shown = now
	if err := workflow.UpsertTypedSearchAttributes(ctx, contract.AttributeState.ValueSet(string(now.State)), contract.AttributePercent.ValueSet(int64(now.Percent))); err != nil {
		workflow.GetLogger(ctx).Error("search attributes", "error", err) // a defect: their values are of the right type
	}
}

func (s *series) details() string {
	st := s.status()
	var text strings.Builder
	// Not Fprintf, which workflowcheck cannot see through.
	say := func(format string, args ...any) { text.WriteString(fmt.Sprintf(format, args...)) }
	say("**%s** — %s\n\n`%s`\n\n", st.State, contract.Truncate(s.in.Title, insights.MaxTitle), contract.Truncate(s.in.Query, 2000))
	if plan := s.plan(); plan != nil {
		say("Working on %s, generation %d, repositories after %d.\n\n", planSummary(plan), plan.Generation, plan.After)
	}
	if st.QueuePosition != contract.QueueDefault {
		say("It stands at the **%s** of the queue of all series.\n\n", st.QueuePosition)
	}
	if st.Waiting > 0 {
		say("Behind it wait %d more.\n\n", st.Waiting)
	}
	if st.Paused != nil {
		say("Paused at %s by %s: %s\n\n", st.Paused.At.Format(time.RFC3339), orNobody(st.Paused.By), st.Paused.Reason)
	}
	if st.Problem != nil {
		say("**Problem** since %s: %s. Tried again at %s, or on `resume`.\n\n",
			st.Problem.At.Format(time.RFC3339), contract.Truncate(st.Problem.Message, 2000), st.Problem.RetryAt.Format(time.RFC3339))
	}
	c := st.Completeness
	say("| planned | counted | reused | absent | partial | failed | pending |\n|--:|--:|--:|--:|--:|--:|--:|\n| %d | %d | %d | %d | %d | %d | %d |\n\n%d %% done. Next recording at %s.\n",
		c.Planned, c.Counted, c.Reused, c.Absent, c.Partial, c.Failed, c.Pending, s.percent(), st.NextRecordingAt.Format(time.RFC3339))
	return text.String()
}

// percent is 0 while the first plan is not written: an empty tally alone would pass for a complete one.
func (s *series) percent() int {
	if s.state.Tally.Planned == 0 && (s.state.Recording != nil || s.state.Backfill != nil) {
		return 0
	}
	return s.state.Tally.Percent()
}

func orNobody(by string) string {
	if by == "" {
		return "somebody"
	}
	return by
}

func planSummary(plan *Plan) string {
	switch {
	case plan.Kind == insights.RetryPlan && plan.Selection.All():
		return "retry of all samples"
	case plan.Kind == insights.RetryPlan:
		return "retry of samples that went wrong"
	case plan.Kind == insights.ExtensionPlan:
		return fmt.Sprintf("extension to %d points", plan.Points)
	case plan.Kind == insights.CatchUpPlan:
		return "past of repositories that " + contract.Truncate(plan.Note, 250)
	}
	first, last := plan.Times[0], plan.Times[len(plan.Times)-1]
	if len(plan.Times) == 1 {
		return fmt.Sprintf("%s of %s", plan.Kind, first.Format(time.RFC3339))
	}
	return fmt.Sprintf("%s of %d times, %s to %s", plan.Kind, len(plan.Times), first.Format(time.RFC3339), last.Format(time.RFC3339))
}
