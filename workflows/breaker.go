package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// The circuit breaker: a series whose every search fails for one reason stops itself, so that it neither hammers on a host that is
// away nor fills the ledger with one and the same failure. It pauses the series, as an operator would; resume or retry goes on. What
// fails for want of infrastructure never gets here: it waits and ends no sample.
const (
	// breakerSamples and breakerRepositories are how many must have failed alike: fewer are soon over, and a few
	// broken repositories that come first say nothing about those that follow.
	breakerSamples      = 50
	breakerRepositories = 10
	// breakerPages is how many pages in a row must have failed wholly where something was found before.
	breakerPages = 3
	// breakerName stands where a person's name does.
	breakerName = "the circuit breaker"
)

// Failing is what the breaker remembers of a plan.
type Failing struct {
	// Samples failed since the breaker last looked; Otherwise is true once a search ended in another way.
	Samples   int64 `json:"samples,omitempty"`
	Otherwise bool  `json:"otherwise,omitempty"`
	// Pages failed wholly, one after the other, the first of them after the repository Since.
	Pages int   `json:"pages,omitempty"`
	Since int64 `json:"since,omitempty"`
}

// noticeBatch takes note of what a batch ended, and stops the series where everything since the plan's begin failed alike.
func (s *series) noticeBatch(ctx workflow.Context, plan *Plan, done insights.Completeness) error {
	s.ended.Failed += done.Failed
	s.ended.Counted += done.Counted
	s.ended.Partial += done.Partial
	f := &plan.Failing
	f.Samples += done.Failed
	f.Otherwise = f.Otherwise || found(done)
	if f.Otherwise || f.Samples < breakerSamples {
		return nil
	}
	f.Samples = 0 // looked at now
	return s.breakIfAlike(ctx, plan, activities.Range{})
}

// noticePage does the same for pages in a row, once the page is at its end; next is its cursor.
func (s *series) noticePage(ctx workflow.Context, plan *Plan, next int64) error {
	f := &plan.Failing
	if found(s.ended) || s.ended.Failed == 0 {
		f.Pages = 0
		return nil
	}
	if f.Pages == 0 {
		f.Since = plan.After
	}
	if f.Pages++; f.Pages < breakerPages || !f.Otherwise {
		return nil
	}
	return s.breakIfAlike(ctx, plan, activities.Range{From: f.Since + 1, Through: next})
}

// found reports whether a search found something out.
func found(done insights.Completeness) bool { return done.Counted+done.Partial > 0 }

// breakIfAlike asks the ledger whether all of the range failed for one reason, and stops the series if so.
func (s *series) breakIfAlike(ctx workflow.Context, plan *Plan, samples activities.Range) error {
	if workflow.GetVersion(ctx, "circuit breaker", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil
	}
	samples.SeriesID, samples.Plan = s.in.SeriesID, plan.Generation
	var failures activities.FailuresResult
	if err := workflow.ExecuteActivity(ledger(ctx, "do all searches fail alike?"), plans.Failures, samples).Get(ctx, &failures); err != nil {
		return err
	}
	switch {
	case !failures.Alike:
		plan.Failing.Otherwise = true
	case failures.Code == insights.ReasonCancelled || failures.Code == insights.ReasonTerminated: // an operator's doing
	case failures.Samples < breakerSamples || failures.Repositories < breakerRepositories:
	case s.state.Paused == nil && s.state.Tally.Pending > 0:
		plan.Failing = Failing{}
		s.state.Paused = &contract.PausedBy{
			By: breakerName, At: workflow.Now(ctx), Breaker: true,
			Reason: fmt.Sprintf("stopped by the breaker: %s, %d samples of %d repositories, and none that could be searched; resume or retry once it is mended. One of them: %s",
				failures.Code, failures.Samples, failures.Repositories, contract.Truncate(failures.Reason, 500)),
		}
	}
	return nil
}
