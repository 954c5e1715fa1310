package machine

import (
	"fmt"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// The circuit breaker pauses a series whose every search fails for one reason, so that the series
// does not overload an unreachable host and does not fill the ledger with the same failure. A
// resume or a retry continues the series. Errors of the infrastructure do not count: the search is
// repeated, and its samples stay pending.
const (
	// breakerSamples and breakerRepositories are the numbers of samples and repositories that must
	// have failed for one reason before the breaker pauses the series. A smaller plan ends soon
	// anyway, and a few broken repositories at the start do not mean that the following ones fail
	// too.
	breakerSamples      = 50
	breakerRepositories = 10
	// breakerPages is how many pages in a row must have failed completely if an earlier search of
	// the plan has succeeded or has failed for another reason.
	breakerPages = 3
	// breakerName is shown in place of the name of the person who paused the series.
	breakerName = "the circuit breaker"
)

// Breaker is what the circuit breaker has counted in a plan.
type Breaker struct {
	// FailedSamples is the number of samples that have failed since the last check.
	FailedSamples int64 `json:"failedSamples,omitempty"`
	// OtherOutcome is true when a search found a value, exact or partial, or when samples failed
	// for different reasons.
	OtherOutcome bool `json:"otherOutcome,omitempty"`
	// FailedPages is the number of pages in a row that failed completely. The first of these pages
	// has the repositories with ids above FailedAfter.
	FailedPages int   `json:"failedPages,omitempty"`
	FailedAfter int64 `json:"failedAfter,omitempty"`
}

// FailureCheck asks whether all searches of a plan in the repositories From..Through failed alike.
// The caller answers with FailuresChecked. The zero value asks about the whole plan.
type FailureCheck struct{ From, Through int64 }

// Failures says whether all samples that were searched failed for one reason. The other fields are
// set only when they did.
type Failures struct {
	Alike        bool
	Code         insights.ReasonCode
	Reason       string
	Samples      int64
	Repositories int64
}

// BatchEnded records the tallies of a batch before and after its search. It returns the check that
// the caller must make now, nil when none is needed.
func (m *Machine) BatchEnded(plan *Plan, before, after insights.Completeness) *FailureCheck {
	done := settle(m.tallyOf(plan), before, after)
	m.page = m.page.Plus(done)
	b := &plan.Breaker
	b.FailedSamples += done.Failed
	b.OtherOutcome = b.OtherOutcome || succeeded(done)
	if !kinds[plan.Kind].breaker || b.OtherOutcome || b.FailedSamples < breakerSamples {
		return nil
	}
	b.FailedSamples = 0
	return &FailureCheck{}
}

// PageSearched records that all batches of a page have ended. `next` is the cursor of the next
// page. PageSearched returns the check that the caller must make now, nil when none is needed.
func (m *Machine) PageSearched(plan *Plan, next int64) *FailureCheck {
	b := &plan.Breaker
	if succeeded(m.page) || m.page.Failed == 0 {
		b.FailedPages = 0
		return nil
	}
	if b.FailedPages == 0 {
		b.FailedAfter = plan.After
	}
	b.FailedPages++
	if !kinds[plan.Kind].breaker || b.FailedPages < breakerPages || !b.OtherOutcome {
		return nil
	}
	return &FailureCheck{From: b.FailedAfter + 1, Through: next}
}

func succeeded(done insights.Completeness) bool { return done.Counted+done.Partial > 0 }

// FailuresChecked records the answer to a FailureCheck. It pauses the series when all searches
// failed alike, at least breakerSamples samples and breakerRepositories repositories are concerned,
// no operator ended the samples, and the series is not paused and has pending samples.
func (m *Machine) FailuresChecked(plan *Plan, f Failures, now time.Time) {
	switch {
	case !f.Alike:
		plan.Breaker.OtherOutcome = true
	case f.Code.ByOperator():
	case f.Samples < breakerSamples || f.Repositories < breakerRepositories:
	case m.State.Paused == nil && m.State.Tally.Pending > 0:
		plan.Breaker = Breaker{}
		m.State.Paused = &contract.PausedBy{
			By: breakerName, At: now, Breaker: true,
			Reason: fmt.Sprintf("all searches fail: %s, in the last %d samples that were searched, of %d repositories. Repair the cause, then resume or retry. One of the errors: %s",
				f.Code, f.Samples, f.Repositories, insights.Truncate(f.Reason, 500)),
		}
	}
}

// settle moves the samples that a batch has ended from pending to their outcomes in `total`, and
// returns the tally of these samples. `before` and `after` are the ledger's tallies of the batch,
// so each sample counts only once, however often it was searched. If the tallies do not fit
// together, for example because an abandoned attempt has changed a sample that had ended, settle
// leaves `total` unchanged. The tally is read from the ledger again when the page ends.
func settle(total *insights.Completeness, before, after insights.Completeness) (done insights.Completeness) {
	for _, o := range insights.Outcomes {
		if n := after.Of(o) - before.Of(o); o != insights.Pending {
			if n < 0 || before.Planned != after.Planned {
				return insights.Completeness{}
			}
			done.Add(o, n)
		}
	}
	tally := *total
	tally.Settle(done)
	if tally.Check() == nil {
		*total = tally
	}
	return done
}
